"""What the documentation says about speed, measured: one module per claim, each run a process of its own."""
