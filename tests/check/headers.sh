#!/bin/sh
# Every header compiles alone. A menu (table.h without a guard) is only a list of words for the macro of its reader.
# usage: headers.sh [ROOT]
set -eu
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2016 # the inner shell expands it
headers | xargs -r -P 2 -n 8 sh -c '
    for header in "$@"; do
        case $header in */table.h) grep -q "^#ifndef" "$header" || continue ;; esac
        echo "#include \"$header\"" |
            ${CC:-gcc} -std=c17 -Wall -Wextra -Werror -D_DEFAULT_SOURCE -I. -fsyntax-only -x c - 2>&1 |
            grep -m 1 "error:" | sed "s,^<stdin>,$header,; s,^\./,,"
    done
    true' sh | LC_ALL=C sort -u | report
