"""AurumBotX: a plugin pack for unmodified freqtrade."""
