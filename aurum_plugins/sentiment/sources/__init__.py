"""Where posts come from; one file each."""
