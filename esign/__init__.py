"""Certificates, signatures, seals, time-stamps, and their verification."""
