# Debian as small as the published image, with Python, pip and venv, and the certificates that the building machine trusts.
FROM debian:bookworm AS make
RUN apt-get update && apt-get install -y --no-install-recommends debootstrap
RUN debootstrap --variant=minbase bookworm /slim "$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)"
RUN rm -rf /slim/etc/apt /slim/var/lib/apt/lists/* /slim/var/cache/apt/archives/*.deb /slim/usr/share/doc /slim/usr/share/locale /slim/usr/share/man && cp -a /etc/apt /slim/etc/apt && mkdir -p /usr/local/share/ca-certificates

FROM scratch
COPY --from=make /slim /
COPY --from=make /usr/local/share/ca-certificates /usr/local/share/ca-certificates
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip python3-venv && rm -rf /var/lib/apt/lists/* /usr/lib/python3*/EXTERNALLY-MANAGED && ln -s /usr/bin/python3 /usr/local/bin/python
CMD ["python"]
