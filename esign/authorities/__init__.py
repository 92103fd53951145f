"""Root, one issuing authority per office, and the certificates they give."""
