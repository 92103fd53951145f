"""Trusted time: our own RFC 3161 authority over HTTP, and its client."""
