"""Counts events for Prometheus."""
