"""What measures read, and how it is come by."""
