# Debian as small as the published image, with Node and npm, the user of that image, and the certificates that the
# building machine trusts.
FROM debian:bookworm AS make
RUN apt-get update && apt-get install -y --no-install-recommends debootstrap
RUN debootstrap --variant=minbase bookworm /slim "$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)"
RUN rm -rf /slim/etc/apt /slim/var/lib/apt/lists/* /slim/var/cache/apt/archives/*.deb /slim/usr/share/doc /slim/usr/share/locale /slim/usr/share/man && cp -a /etc/apt /slim/etc/apt && mkdir -p /usr/local/share/ca-certificates

FROM scratch
COPY --from=make /slim /
COPY --from=make /usr/local/share/ca-certificates /usr/local/share/ca-certificates
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates nodejs npm && rm -rf /var/lib/apt/lists/* && useradd --create-home node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
