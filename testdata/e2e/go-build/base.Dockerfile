FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends golang-go ca-certificates && rm -rf /var/lib/apt/lists/*
ARG REGISTRY
ENV GOPATH=/go GOPROXY=$REGISTRY GONOSUMDB=* GOFLAGS=-trimpath
