"""Rules a certificate or a document must keep before anything is signed, one a file."""
