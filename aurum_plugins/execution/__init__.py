"""What stands between a decision and the exchange."""
