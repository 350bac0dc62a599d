"""Rules of operability: what can be changed, found and deleted again."""
