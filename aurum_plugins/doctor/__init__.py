"""What `aurum doctor` knows: checks, what they found, and how to mend it."""
