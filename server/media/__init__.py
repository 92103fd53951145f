"""The media worker: takes what cameras and microphones send, passes it on and records it.

A process of its own. It alone imports aiortc and PyAV, whose wheel carries encoders
under the GPL; nothing here decodes or encodes.
"""
