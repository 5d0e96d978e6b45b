#!/bin/sh
# Installs the Debian packages that are missing, says which and why. Silent when nothing is missing.
# usage: install.sh [build] [test] [check] [clang] [oracle]
set -eu

# Each row: group, package, how to see that it is there, why it is needed.
table='
build:build-essential:program gcc make ar:the compiler, make and ar
build:pkg-config:program pkg-config:finds the libraries
build:libgsl-dev:library gsl:random numbers, statistics and fits
build:libyaml-dev:library yaml-0.1:reads the scenarios
build:gnuplot-nox:program gnuplot:draws the pictures
test:libcriterion-dev:library criterion:runs the tests
check:clang-format:program clang-format:compares the formatting
check:clang-tidy:program clang-tidy:looks for mistakes that compilers miss
check:cppcheck:program cppcheck:looks for other mistakes
clang:clang:program clang:the second compiler
oracle:libsimgrid-dev:library simgrid:simulates the same flows, for comparison
oracle:g++:program g++:compiles what calls it
'

program() {
    for name in "$@"; do command -v "$name" >/dev/null 2>&1 || return 1; done
}

library() {
    program pkg-config && pkg-config --exists "$1"
}

missing=
reasons=
while IFS=: read -r group package present why; do
    case " $* " in *" ${group:-none} "*) ;; *) continue ;; esac
    $present && continue
    missing="$missing $package"
    reasons="$reasons  $package: $why
"
done <<END
$table
END
[ -n "$missing" ] || exit 0

printf 'These packages are missing:\n%s' "$reasons"
if ! program apt-get; then
    echo "This is not Debian or Ubuntu: please install them, or what they are called here, by hand." >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    if ! program sudo; then
        echo "Installing needs root, and there is no sudo. As root, run: apt-get install$missing" >&2
        exit 1
    fi
fi

echo "Installing them with apt-get ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for step in "update" "install -y --no-install-recommends$missing"; do
    # shellcheck disable=SC2086 # the words are meant to be split
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q $step >"$log" 2>&1; then
        cat "$log" >&2
        echo "apt-get failed. Please run by hand: apt-get install$missing" >&2
        exit 1
    fi
done
echo "Installed:$missing"
