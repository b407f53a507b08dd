"""Market data that can be believed, or an error that says why not."""
