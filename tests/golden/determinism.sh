#!/bin/sh
# A run and a sweep are the same bytes from gcc and clang, at -O0 and -O2. Ends with a line of counts.
# usage: determinism.sh [SCENARIO...]
set -eu

build=${BUILD:-build}
[ $# -gt 0 ] || set -- scenarios/sc21_145b.yaml tests/golden/uneven.yaml tests/golden/mixed.yaml tests/golden/neighbours.yaml
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT
passed=0
failed=0
skipped=0
first=

# A make of its own: the flags of a make above it would ask for another compiler.
build_variant() {
    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make build CC="$1" OPT="$2" BUILD="$3" >"$outputs/log" 2>&1
}

for variant in "gcc -O2" "gcc -O0" "clang -O2" "clang -O0"; do
    compiler=${variant% *}
    level=${variant#* }
    if ! command -v "$compiler" >/dev/null 2>&1; then
        echo "determinism: $variant skipped, there is no $compiler"
        skipped=$((skipped + 1))
        continue
    fi
    folder=$build/determinism/$compiler$level
    if ! build_variant "$compiler" "$level" "$folder"; then
        cat "$outputs/log"
        echo "determinism: $variant does not build"
        failed=$((failed + 1))
        continue
    fi
    for scenario in "$@"; do "$folder/chokepoint" run "$scenario" --json || echo "exit $?"; done >"$outputs/$compiler$level" 2>/dev/null
    if [ -z "$first" ]; then
        first=$outputs/$compiler$level
        [ -s "$first" ] && ! grep -q '^exit [23]' "$first" && continue
        echo "determinism: $variant: the run failed"
        failed=$((failed + 1))
    elif cmp -s "$first" "$outputs/$compiler$level"; then
        passed=$((passed + 1))
    else
        echo "determinism: $variant differs from ${first##*/}:"
        diff "$first" "$outputs/$compiler$level" | head -10 || true
        failed=$((failed + 1))
    fi
done

total="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || total="$total, $skipped skipped"
echo "$total"
[ "$failed" -eq 0 ]
