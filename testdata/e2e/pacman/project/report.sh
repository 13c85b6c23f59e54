#!/bin/sh
cat /usr/share/bravo/name
