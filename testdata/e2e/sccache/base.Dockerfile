FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev sccache && rm -rf /var/lib/apt/lists/*
