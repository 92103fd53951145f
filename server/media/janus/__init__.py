"""The second engine: a Janus server terminates WebRTC, this worker lets in and records.

Janus (https://janus.conf.meetecho.com) is driven over its HTTP interface; its VideoRoom
plug-in passes every publisher's packets on to the worker, encrypted, where they take the
same way as those of the embedded engine. Nothing is decoded on either side.
"""
