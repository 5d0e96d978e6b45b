# What the check scripts share; read with `.`. A finding is one line `file:line: what is wrong`.
# shellcheck shell=sh disable=SC2046

# shellcheck disable=SC2034 # the scripts use it
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-.}" || exit

layers() {
    for layer in sim models scenarios plots; do [ ! -d "$layer" ] || echo "$layer"; done
}

sources() {
    find $(layers) -name '*.[ch]' | LC_ALL=C sort
}

headers() {
    find $(layers) -name '*.h' | LC_ALL=C sort
}

sources_and_tests() {
    find $(layers) tests -name '*.[ch]' 2>/dev/null | LC_ALL=C sort
}

# The names excepted from check $1, one per line: `check name reason`. An exception without a reason does not count.
exceptions() {
    [ ! -f tests/check/exceptions.txt ] || awk -v check="$1" '$1 == check && NF > 2 { print $2 }' tests/check/exceptions.txt
}

# Prints the findings on stdin and fails if there are any.
report() {
    findings=$(cat)
    [ -n "$findings" ] || return 0
    echo "$findings"
    return 1
}
