"""Evidence objects addressed by digest, on any S3 that keeps its promises."""
