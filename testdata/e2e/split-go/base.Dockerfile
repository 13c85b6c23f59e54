# As in the published image there is a C compiler, so that programs are linked with the C library.
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates gcc golang-go libc6-dev tzdata && rm -rf /var/lib/apt/lists/*
ARG REGISTRY
ENV GOPATH=/go GOPROXY=$REGISTRY GONOSUMDB=*
