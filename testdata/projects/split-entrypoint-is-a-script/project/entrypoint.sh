#!/bin/bash
git fetch && exec "$@"
