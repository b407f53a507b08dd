"""From many items to a mood, and to shocks."""
