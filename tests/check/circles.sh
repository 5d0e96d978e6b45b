#!/bin/sh
# No module includes itself through others. A module is a .h and .c pair of one name. A .c file declares nothing extern,
# so that a call needs an include and a circle of calls is a circle of includes.
# usage: circles.sh [ROOT]
set -eu
. "$(dirname "$0")/lib.sh"

# Modules that include no other are taken away until none is left, or only circles are left.
# shellcheck disable=SC2046
awk '
function module(path) { sub(/\.[ch]$/, "", path); return path }
FNR == 1 { from = module(FILENAME); known[from] = 1 }
FILENAME ~ /\.c$/ && /^[ \t]*extern / { print FILENAME ":" FNR ": extern in a .c file; include the header" }
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, parts, "\"")
    to = module(parts[2])
    if (to != from && !((from, to) in place)) { place[from, to] = FILENAME ":" FNR; needs[from] = needs[from] " " to }
}
function is_free(name,   list, count, i) {
    count = split(needs[name], list, " ")
    for (i = 1; i <= count; i++) if (list[i] in known) return 0
    return 1
}
# Every module left needs one that is left, so the walk must meet itself.
function show_circle(name,   seen, list, count, i, path, order, steps) {
    while (!(name in seen)) {
        seen[name] = ++steps
        order[steps] = name
        count = split(needs[name], list, " ")
        for (i = 1; i <= count; i++) if (list[i] in known) { name = list[i]; break }
    }
    path = name
    for (i = seen[name] + 1; i <= steps; i++) path = path " -> " order[i]
    i = seen[name] < steps ? order[seen[name] + 1] : name
    print place[name, i] ": circle: " path " -> " name
    for (i = seen[name]; i <= steps; i++) delete known[order[i]]
}
END {
    do {
        do {
            removed = 0
            for (name in known) if (is_free(name)) { delete known[name]; removed = 1 }
        } while (removed)
        left = ""
        for (name in known) if (left == "" || name < left) left = name
        if (left != "") show_circle(left)
    } while (left != "")
}' $(sources) | report
