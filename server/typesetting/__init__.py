"""Sets the papers of a case in type: PDF/A pages with named places for signatures.

Everything a person typed reaches the page as data and never as markup; the
same input at the same time gives the same bytes.
"""
