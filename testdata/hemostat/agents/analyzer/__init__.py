"""Says why a container is unhealthy."""
