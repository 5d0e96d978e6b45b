#!/bin/sh
# cppcheck finds nothing. usage: lint.sh [ROOT]; its memory of unchanged files is in $BUILD/cppcheck
set -eu
. "$(dirname "$0")/lib.sh"

memory=${BUILD:-build}/cppcheck
mkdir -p "$memory"
# Not asked for: missingReturn (gcc tells it, and knows that CHECK ends), arrayIndexThenCheck (a matter of taste).
# shellcheck disable=SC2046,SC2154 # lib.sh sets here
cppcheck --quiet -j2 --std=c11 --language=c -I. -D_DEFAULT_SOURCE --enable=warning,performance,portability \
    --suppress=missingIncludeSystem --suppress=missingReturn --suppress=arrayIndexThenCheck \
    --cppcheck-build-dir="$memory" --library="$here/cppcheck.cfg" \
    --template='{file}:{line}: {message} [{id}]' $(find $(layers) -name '*.c' | LC_ALL=C sort) 2>&1 | report
