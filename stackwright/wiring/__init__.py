"""The parts of composing: what stacks need and give, which of them fit, and what becomes of the rest."""
