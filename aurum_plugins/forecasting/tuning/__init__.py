"""Search for better settings, on candles that nothing is reported on."""
