"""A bot, a simulated exchange and a fault plan, run together for long and audited afterwards."""
