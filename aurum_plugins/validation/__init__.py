"""Every figure that was promised, measured: what was found, beside what it should have been."""
