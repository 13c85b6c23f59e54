# User, folders and volume as in the published image.
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends default-jdk-headless gradle && rm -rf /var/lib/apt/lists/*
ARG REGISTRY
ENV GRADLE_HOME=/usr/share/gradle REGISTRY=$REGISTRY
RUN useradd --create-home --uid 1000 gradle && mkdir /home/gradle/.gradle && chown gradle:gradle /home/gradle/.gradle && ln -s /home/gradle/.gradle /root/.gradle
VOLUME /home/gradle/.gradle
WORKDIR /home/gradle
