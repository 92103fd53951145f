"""The platform: cases, their HTTP API and their database."""
