#!/bin/sh
# Every include names its layer, exists, and follows the arrows; <yaml.h> is read in one file only.
# usage: layers.sh [ROOT]
set -eu
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046 # no file name has a space
awk -v excepted="$(exceptions layers | tr '\n' ' ')" \
    -v models="hardware communication plan cost memory traffic workload account cluster" \
    -v scenarios="reader experiment tables calibration search validation" '
function room(path) {
    if (path ~ /^sim\/engine\//) return "engine"
    if (path ~ /^models\//) return "models"
    if (path ~ /^scenarios\//) return "scenarios"
    if (path ~ /^plots\//) return "plots"
    return path ~ /^sim\// ? "top" : ""
}
function allowed(from, to, path) {
    if (from == to || from == "top" || to == "engine") return 1
    if (from == "plots") return path == "models/results.h" || path == "models/sweep_findings.h"
    return from == "scenarios" && to == "models"
}
# A room inside a layer includes itself and those named before it; what lies beside the rooms is free.
function rooms_of(path) { return path ~ /^models\// ? models : path ~ /^scenarios\// ? scenarios : "" }
function in_a_room(path) { return path ~ /^(models|scenarios)\/.*\// }
function floor_of(path,   parts) {
    split(path, parts, "/")
    return in_a_room(path) ? index(" " rooms_of(path) " ", " " parts[2] " ") : 0
}
function climbs(from, to) { return room(from) == room(to) && floor_of(from) && floor_of(from) < floor_of(to) }
function exists(path,   line, status) {
    status = (getline line < path)
    close(path)
    return status >= 0
}
function complain(text) { print FILENAME ":" FNR ": " text }

FNR == 1 && in_a_room(FILENAME) && !floor_of(FILENAME) { complain("a room that no arrow knows") }
/^[ \t]*#[ \t]*include[ \t]*</ {
    if ($0 ~ /<yaml\.h>/ && FILENAME != "scenarios/reader/yaml_tree.c")
        complain("only scenarios/reader/yaml_tree.c includes <yaml.h>")
    next
}
/^[ \t]*#[ \t]*include/ {
    split($0, parts, "\"")
    path = parts[2]
    to = room(path)
    if (to == "") complain("the include does not name its layer: " path)
    else if (!exists(path)) complain("no such file: " path)
    else if ((!allowed(room(FILENAME), to, path) || climbs(FILENAME, path)) && index(" " excepted " ", " " FILENAME "->" path " ") == 0)
        complain("against the arrows: " path)
}' $(sources) | report
