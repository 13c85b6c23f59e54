"""Reports unhealthy containers."""
