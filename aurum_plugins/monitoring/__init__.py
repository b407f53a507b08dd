"""What bots say of themselves, what is seen of them from outside, and who is told."""
