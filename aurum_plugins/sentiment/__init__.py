"""What people write about coins: when it was seen, what it is about, and what it means."""
