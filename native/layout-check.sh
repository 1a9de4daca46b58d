#!/bin/sh
# Compares the committed struct layouts with the headers of a llama.cpp source tree that lies outside this repository.
#
# usage: native/layout-check.sh [LLAMA_CPP_SRC]     the variable LLAMA_CPP_SRC serves as well
#        native/layout-check.sh --print SRC         prints what the probe says, to commit it for another version
set -eu

here=$(cd "$(dirname "$0")" && pwd)
expected="$here/../llama-bindings/src/test/resources/layout-v0.5.0.txt"

print=no
if [ "${1:-}" = --print ]; then
    print=yes
    shift
fi
source=${1:-${LLAMA_CPP_SRC:-}}
if [ ! -f "$source/include/llama.h" ]; then
    echo "layout-check: no llama.cpp sources at '$source'; give their directory or set LLAMA_CPP_SRC" >&2
    exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CC:-cc}" -std=c11 -Wall -Werror -I "$source/include" -I "$source/ggml/include" -o "$work/probe" "$here/layout_probe.c"
"$work/probe" >"$work/layout.txt"

if [ "$print" = yes ]; then
    cat "$work/layout.txt"
elif diff -u "$expected" "$work/layout.txt"; then
    echo "layout-check: the headers agree with $(basename "$expected")"
else
    echo "layout-check: the headers differ from $(basename "$expected"), see above" >&2
    exit 1
fi
