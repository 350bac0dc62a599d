"""The checks, one a module; `examine` finds them here."""
