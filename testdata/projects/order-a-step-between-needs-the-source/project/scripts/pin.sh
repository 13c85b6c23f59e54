#!/bin/sh
sed -i s/$/==3.0.3/ "$1"
