"""How a bot is, read from the database alone, and from the models' folders."""
