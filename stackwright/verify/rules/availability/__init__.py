"""Rules of availability: what survives the loss of a zone, a task, a bad release."""
