"""Commands of ours in freqtrade's own Telegram bot: see docs/telegram.md."""
