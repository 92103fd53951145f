"""CMS (RFC 5652) as bytes of our own: written from templates, read without a library."""
