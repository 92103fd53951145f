"""Makes one video to look through a ceremony by, in a process of its own.

``python -m server.media.composing FOLDER``: decodes the segments that lie in FOLDER, draws
them side by side with the time and the events, and encodes that again.
"""
