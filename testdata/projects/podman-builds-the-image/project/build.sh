#!/bin/sh
podman build -t app .
