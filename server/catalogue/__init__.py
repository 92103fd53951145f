"""What an office may do, for whom, where, how fast and for how much: versioned data.

Law and tariffs change on a date and differ by office, so they are read from
`data/`, each with its citation, and never written into code.
"""
