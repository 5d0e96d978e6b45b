#!/bin/sh
# Every C file is formatted as .clang-format says. usage: format.sh [ROOT]
set -eu
. "$(dirname "$0")/lib.sh"

# One line per file is enough: `clang-format -i FILE` mends all of it.
sources_and_tests | xargs -r -P 2 -n 16 clang-format --dry-run -Werror 2>&1 |
    sed -n 's/^\([^ :]*:[0-9]*\):[0-9]*: error: .*/\1: not formatted; run clang-format -i/p' |
    LC_ALL=C sort -t: -k1,1 -u | report
