"""SM2 and SM3 (GB/T 32918, GB/T 32905) with the system's OpenSSL, and nothing home-made.

Mathematics is OpenSSL's; what is ours is the encoding around it. Where OpenSSL has
no SM2, everything here is `AlgorithmUnavailable`; nothing falls back to another way.
"""
