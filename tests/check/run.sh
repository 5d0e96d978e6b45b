#!/bin/sh
# Runs every check over the tree and prints one line for each; findings follow as file:line. usage: run.sh
set -eu
cd "$(dirname "$0")/../.."

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
checks="layers circles headers sizes globals names format lint tidy selftest"

run_one() {
    if "tests/check/$1.sh" >"$results/$1" 2>&1; then echo ok; else echo FAILED; fi >"$results/$1.end"
}

# The slow ones run beside the quick ones.
{ run_one lint; } &
for check in $checks; do [ "$check" = lint ] || run_one "$check"; done
wait

passed=0
failed=0
for check in $checks; do
    end=$(cat "$results/$check.end")
    if [ "$end" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    printf '%-9s %s\n' "$check" "$end"
    [ "$end" = ok ] || sed 's/^/  /' "$results/$check"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
