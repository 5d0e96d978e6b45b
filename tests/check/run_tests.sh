#!/bin/sh
# Runs Criterion programs one after the other and ends with one line: N passed, N failed[, N skipped].
# usage: run_tests.sh [--scripts] PROGRAM...    --scripts adds the golden files and the determinism test
# A program that ends badly counts as one failure more. No test at all is a failure.
set -eu

passed=0
failed=0
skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Criterion: "[====] Synthesis: Tested: 12 | Passing: 11 | Failing: 1 | Crashing: 1"; failing includes crashing.
synthesis() {
    sed -n "s/.*Synthesis: .*$1: \([0-9]*\).*/\1/p" "$log" | tail -1
}

run_program() {
    status=0
    LC_ALL=C "$1" --verbose --color=never -j2 --timeout 120 >"$log" 2>&1 </dev/null || status=$?
    good=$(synthesis Passing)
    bad=$(synthesis Failing)
    off=$(grep -c '^\[SKIP\]' "$log" || true)
    # Criterion takes a test that leaks for a good one.
    leaks=$(grep -c 'ERROR: LeakSanitizer' "$log" || true)
    if [ "$leaks" -gt 0 ] && [ -n "$good" ]; then
        bad=$((bad + leaks))
        good=$((good > leaks ? good - leaks : 0))
    fi
    if [ -z "$good" ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
        bad=$((${bad:-0} + 1))
        echo "$1: ended with status $status"
        cat "$log"
    elif [ "$bad" -ne 0 ]; then
        grep -v -e '^\[RUN \]' -e '^\[PASS\]' -e "^\[====\]" -e "^\[SKIP\]" "$log" || true
    fi
    grep '^\[SKIP\]' "$log" || true
    add "${1#*/tests/}" "${good:-0}" "$bad" "$off"
}

# A script prints its own counts in its last line.
run_script() {
    status=0
    "$@" >"$log" 2>&1 </dev/null || status=$?
    sed "/^[0-9]* passed, [0-9]* failed/d" "$log"
    good=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed.*/\1/p' "$log" | tail -1)
    bad=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed.*/\1/p' "$log" | tail -1)
    off=$(sed -n 's/^[0-9]* passed, [0-9]* failed, \([0-9]*\) skipped.*/\1/p' "$log" | tail -1)
    if [ -z "$good" ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
        echo "$1: ended with status $status"
        bad=$((${bad:-0} + 1))
    fi
    add "${1#tests/}" "${good:-0}" "$bad" "${off:-0}"
}

add() {
    passed=$((passed + $2))
    failed=$((failed + $3))
    skipped=$((skipped + $4))
    printf '%-48s %4d passed %4d failed %4d skipped\n' "$1" "$2" "$3" "$4"
}

scripts=
if [ "${1:-}" = --scripts ]; then
    scripts="tests/golden/run.sh tests/golden/determinism.sh"
    shift
fi
for program in "$@"; do run_program "$program"; done
for script in $scripts; do
    if [ -x "$script" ]; then run_script "$script"; fi
done

total="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || total="$total, $skipped skipped"
echo "$total"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
