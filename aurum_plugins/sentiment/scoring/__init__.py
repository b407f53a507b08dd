"""What a text means: coins, events, and whether it is good or bad."""
