"""Identity documents: found in the picture, read, and held against the rules they follow."""
