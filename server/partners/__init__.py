"""Systems of others that the platform talks to: each a client, and a simulator beside it.

A simulator stands in for its system in tests and demonstrations, speaks the same protocol,
and warns that it is no such system. The ports belong to the domains; the wiring chooses.
"""
