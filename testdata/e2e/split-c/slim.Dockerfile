# Debian as small as the published image: whatever else a program loads has to be installed.
FROM debian:bookworm AS make
RUN apt-get update && apt-get install -y --no-install-recommends debootstrap
RUN debootstrap --variant=minbase bookworm /slim "$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)"
RUN rm -rf /slim/etc/apt /slim/var/lib/apt/lists/* /slim/var/cache/apt/archives/*.deb /slim/usr/share/doc /slim/usr/share/locale /slim/usr/share/man && cp -a /etc/apt /slim/etc/apt

FROM scratch
COPY --from=make /slim /
CMD ["bash"]
