"""Chips of travel documents (ICAO Doc 9303 parts 10 to 12), read from the bytes the app sends.

Passive authentication says that the state wrote the data; active or chip authentication
says that this is the chip it wrote them to. Nothing here asks a chip or a network.
"""
