"""Key-encryption keys, each kind named by the scheme of its URI."""
