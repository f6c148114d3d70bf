#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the extension for Debian's debug build of Python and counts references there.
#
# usage: refcount.sh CC INCLUDE PYTHON_FOLDER ARCHIVE...
set -eu

cc=$1
include=$2
source=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

mkdir "$work/libocsp"
cp "$source"/libocsp/*.py "$work/libocsp"
# shellcheck disable=SC2046,SC2086 # commands and options of several words
$cc -O1 -g -shared -fPIC $(python3-dbg-config --includes) -I"$include" "$source"/src/*.c \
    -o "$work/libocsp/_ocsp.so" "$@" -lcrypto
PYTHONPATH=$work:$source/tests python3-dbg -B "$source/tests/refcount.py"
