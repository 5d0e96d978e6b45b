#!/bin/sh
# No file, no identifier of a header and no function is named after nothing. usage: names.sh [ROOT]
set -eu
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2046
awk -v excepted="$(exceptions names | tr '\n' ' ')" '
BEGIN {
    split("manager managers helper helpers util utils common misc data info impl base", list, " ")
    for (i in list) banned[list[i]] = 1
    split(excepted, terms, " ")
}
# get_HTTPInfo and GetInfo are the words get http info, and get info.
function banned_word(name,   i, words, count) {
    for (i in terms) gsub(terms[i], "", name)
    gsub(/[A-Z]+/, "_&", name)
    count = split(tolower(name), words, /[^a-z]+/)
    for (i = 1; i <= count; i++) if (words[i] in banned) return words[i]
    return ""
}
function complain(kind, name,   word) {
    word = banned_word(name)
    if (word != "" && !((FILENAME, name) in told)) {
        told[FILENAME, name] = 1
        print FILENAME ":" FNR ": " kind " " name " has the banned word " word
    }
}
function drop_comments(text,   start, rest) {
    gsub(/"([^"\\]|\\.)*"/, "", text)
    sub(/\/\/.*/, "", text)
    if (in_comment) {
        if (!match(text, /\*\//)) return ""
        text = substr(text, RSTART + 2)
        in_comment = 0
    }
    while ((start = index(text, "/*")) > 0) {
        rest = substr(text, start + 2)
        if (!match(rest, /\*\//)) { in_comment = 1; return substr(text, 1, start - 1) }
        text = substr(text, 1, start - 1) " " substr(rest, RSTART + 2)
    }
    return text
}
FNR == 1 { in_comment = 0; name = FILENAME; sub(/\.[ch]$/, "", name); complain("file", name) }
FILENAME ~ /^tests\// || /^[ \t]*#[ \t]*include/ { next }
FILENAME ~ /\.h$/ {
    text = drop_comments($0)
    while (match(text, /[A-Za-z_][A-Za-z_0-9]*/)) {
        complain("name", substr(text, RSTART, RLENGTH))
        text = substr(text, RSTART + RLENGTH)
    }
}
FILENAME ~ /\.c$/ && /^[a-zA-Z].*\(/ && !/^(typedef|#)/ {
    name = $0
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    complain("function", name)
}' $(sources_and_tests) | report
