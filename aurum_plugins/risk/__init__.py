"""How much may be lost, and when nothing more may be opened."""
