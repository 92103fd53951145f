"""What the shipped verifier is put together from, in the order of `esign.offline.bundling`.

Each part stands on those before it. Names are told apart over all of them, since in the one file
they stand side by side.
"""
