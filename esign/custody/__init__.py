"""Private keys and the process of their own in which they live."""
