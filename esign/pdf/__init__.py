"""Signatures in PDF files: PAdES (ETSI EN 319 142-1), up to B-LTA."""
