"""Ways to tell somebody of an alert."""
