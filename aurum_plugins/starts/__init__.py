"""The configurations of starts that went well, and the way back to one of them."""
