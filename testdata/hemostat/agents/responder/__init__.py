"""Restarts what may be restarted."""
