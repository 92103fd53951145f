"""Binds the published contract to the handlers, so that neither can drift."""
