"""The subcommands of `aurum`: parsing and printing; the work is done elsewhere."""
