"""The servers that the platform brings along: PostgreSQL and SeaweedFS, as real processes.

They run as an unprivileged user, listen on this machine only, and end with the
process that started them, however that process ends.  Linux only.
"""
