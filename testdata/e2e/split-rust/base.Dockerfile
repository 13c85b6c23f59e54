FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends cargo-web gcc libc6-dev && rm -rf /var/lib/apt/lists/*
ARG REGISTRY
ENV CARGO_HOME=/usr/local/cargo
RUN mkdir -p $CARGO_HOME && printf '[source.crates-io]\nreplace-with = "loopback"\n[source.loopback]\nregistry = "sparse+%s/"\n' "$REGISTRY" > $CARGO_HOME/config.toml
