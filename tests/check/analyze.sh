#!/bin/sh
# clang's static analyzer finds no bad path through a function; slow, so `make check` does without. usage: analyze.sh [ROOT]
set -eu

export EXTRA_CHECKS='clang-analyzer-core.*,clang-analyzer-deadcode.*,clang-analyzer-unix.*'
if "$(dirname "$0")/tidy.sh" "$@"; then
    echo "1 passed, 0 failed"
else
    echo "0 passed, 1 failed"
    exit 1
fi
