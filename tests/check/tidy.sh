#!/bin/sh
# clang-tidy finds nothing; .clang-tidy lists what it looks for, $EXTRA_CHECKS adds to it. usage: tidy.sh [ROOT]
set -eu
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2016,SC2154 # the inner shell expands it; lib.sh sets here
# shellcheck disable=SC2046 # no folder has a space
find $(layers) -name '*.c' | LC_ALL=C sort | xargs -r -P 2 -n 8 sh -c '
    config=$1
    shift
    clang-tidy --quiet --config-file="$config" --checks="${EXTRA_CHECKS:-}" "$@" -- -std=c17 -D_DEFAULT_SOURCE -I. \
        -DCHOKEPOINT_VERSION="\"\"" -DCHOKEPOINT_SHARE_DIR="\"\"" 2>/dev/null' sh "$here/../../.clang-tidy" |
    sed -n "s,^$PWD/,,; s,^[.]/,,; s/^\([^ :]*:[0-9]*\):[0-9]*: \(error\|warning\): \(.*\)/\1: \3/p" |
    LC_ALL=C sort -u | report
