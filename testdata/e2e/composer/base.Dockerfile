FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends composer php-curl unzip && rm -rf /var/lib/apt/lists/*
ENV COMPOSER_HOME=/tmp COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_NO_INTERACTION=1
