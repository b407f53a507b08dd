"""What single venues say, through ccxt's asynchronous classes."""
