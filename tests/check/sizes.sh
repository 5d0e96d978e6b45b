#!/bin/sh
# Files up to 400 lines; functions up to 40 lines, 5 parameters and 3 levels of nesting. Tests: only the first.
# usage: sizes.sh [ROOT]
# The tree is formatted, so a function starts and ends in column 1 and a level is four spaces.
set -eu
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046
awk -v lines="$(exceptions lines | tr '\n' ' ')" -v functions="$(exceptions function | tr '\n' ' ')" \
    -v parameters="$(exceptions parameters | tr '\n' ' ')" -v nestings="$(exceptions nesting | tr '\n' ' ')" '
function excepted(list, name) { return index(" " list " ", " " name " ") > 0 }
function complain(line, text) { print file ":" line ": " text }
function end_file() {
    if (last > 400 && !excepted(lines, file)) complain(last, last " lines, at most 400")
}
# The text inside the outermost parentheses of the last group of a declarator: commas at depth one.
function count_parameters(text,   i, depth, count, letter) {
    sub(/__attribute__.*/, "", text)
    if (text ~ /\((void)?\)[ {]*$/) return 0
    count = 1
    for (i = 1; i <= length(text); i++) {
        letter = substr(text, i, 1)
        if (letter == "(") depth++
        if (letter == ")") depth--
        if (letter == "," && depth == 1) count++
    }
    return count
}
function begin_function(   text) {
    text = signature
    sub(/\(.*/, "", text)
    sub(/.*[ *]/, "", text)
    name = text
    start = FNR
    inside = 1
    deep = 0
    text = substr(signature, index(signature, "("))
    if (count_parameters(text) > 5 && !excepted(parameters, name))
        complain(FNR, name " has " count_parameters(text) " parameters, at most 5")
}
function end_function() {
    inside = 0
    if (FNR - start + 1 > 40 && !excepted(functions, name))
        complain(start, name " has " (FNR - start + 1) " lines, at most 40")
}
FNR == 1 { end_file(); file = FILENAME; inside = 0; signature = "" }
{ last = FNR }
file ~ /^tests\// { next }
inside && /^}/ { end_function(); signature = ""; next }
inside && /^                +(} else )?(if|for|while|switch|do)( |$)/ && !deep && !excepted(nestings, name) {
    deep = 1
    complain(FNR, name " nests deeper than 3 levels")
}
inside { next }
/^(#|\/\/|\/\*| \*|}|$)/ { signature = ""; next }
{ signature = signature " " $0 }
/;[ \t]*(\/\*.*)?$/ { signature = ""; next }
/\{$/ {
    if (signature ~ /\)[ ]*\{$/ && signature !~ /=/) begin_function()
    else signature = ""
}
END { end_file() }' $(sources_and_tests) | report
