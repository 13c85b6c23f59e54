# Debian's dnf with its database where Red Hat's is.
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends dnf rpm && rm -rf /var/lib/apt/lists/*
ARG REGISTRY
RUN mkdir -p /etc/yum.repos.d /etc/rpm && echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros && printf '[loopback]\nname=loopback\nbaseurl=%s\ngpgcheck=0\n' "$REGISTRY" > /etc/yum.repos.d/loopback.repo && rm -rf /root/.rpmdb && rpm --initdb
