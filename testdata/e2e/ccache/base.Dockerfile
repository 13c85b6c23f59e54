FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends ccache gcc libc6-dev && rm -rf /var/lib/apt/lists/*
