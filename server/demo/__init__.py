"""The demonstration: seeded offices and people, and one case driven over HTTP."""
