#!/bin/sh
# Runs the main scenario and the sweep into a collapse. usage: demo.sh PROGRAM
set -eu

program=$1
for name in sc21_145b sc21_table1 tensor_parallel_cliff; do
    [ -f "scenarios/$name.yaml" ] || { echo "demo: scenarios/$name.yaml is missing" >&2 && exit 1; }
    echo
    echo "== $program run scenarios/$name.yaml -o out/$name"
    "$program" run "scenarios/$name.yaml" -o "out/$name"
done

echo
pictures=$(find out/sc21_145b out/sc21_table1 out/tensor_parallel_cliff \( -name '*.svg' -o -name '*.png' \) | sort)
[ -n "$pictures" ] || { echo "demo: no picture was drawn" >&2 && exit 1; }
echo "The pictures:"
echo "$pictures" | sed 's/^/  /'
