# Debian's pacman with a single repository.
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends pacman-package-manager && rm -rf /var/lib/apt/lists/*
ARG REGISTRY
RUN printf '[options]\nArchitecture = auto\nSigLevel = Never\n[loopback]\nServer = %s\n' "$REGISTRY" > /etc/pacman.conf && mkdir -p /var/lib/pacman /var/cache/pacman/pkg
