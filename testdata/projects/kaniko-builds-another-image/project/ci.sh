#!/bin/sh
/kaniko/executor --context . --dockerfile docs/Dockerfile.docs
