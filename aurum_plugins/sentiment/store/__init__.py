"""Items, and when somebody listened, in the database: written once, read as of a time."""
