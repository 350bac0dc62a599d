"""Rules of security: who may reach and do what, and what is encrypted."""
