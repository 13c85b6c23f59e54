FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends cargo-web gcc libc6-dev && rm -rf /var/lib/apt/lists/*
ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH
RUN cargo install --locked --debug cargo-chef@0.1.78 && rm -rf $CARGO_HOME/registry
ARG REGISTRY
RUN printf '[source.crates-io]\nreplace-with = "loopback"\n[source.loopback]\nregistry = "sparse+%s/"\n' "$REGISTRY" > $CARGO_HOME/config.toml
