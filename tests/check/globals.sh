#!/bin/sh
# No object file holds a variable that can be written. usage: globals.sh [ROOT]; objects are in $BUILD/obj
# Constant tables of pointers are in .data.rel.ro and are allowed.
set -eu
. "$(dirname "$0")/lib.sh"

objects=${BUILD:-build}/obj
# shellcheck disable=SC2046 # no folder has a space
find $(layers) -name '*.c' | LC_ALL=C sort | while read -r source; do
    object=$objects/${source%.c}.o
    [ -f "$object" ] || { echo "$source:1: was not built: no $object" && continue; }
    nm -f sysv "$object" | awk -F '|' -v source="$source" -v excepted=" $(exceptions globals | tr '\n' ' ')" '
        { gsub(/ /, "") }
        $3 ~ /^[BbDdCcSsGg]$/ && $7 !~ /^\.data\.rel\.ro/ && index(excepted, " " $1 " ") == 0 {
            print source ":1: writable variable " $1 " in " $7
        }'
done | report
