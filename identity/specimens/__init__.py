"""Made-up identity documents, clearly marked 样本 SPECIMEN, for the demonstration and the tests.

Nobody in them exists, every check digit holds, and the layout is close enough for the
reader to work on and far enough from the real thing to be of no other use.
"""
