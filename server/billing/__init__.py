"""Fees: quoted by tariff, explained line by line, settled by one machine."""
