"""One bot's desk: from a decided candle to an order that was checked and written down."""
