#!/bin/sh
# Proves that every check can fail, and that a clean tree passes: each gets a tiny tree with one fault.
# usage: selftest.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
export BUILD=build
wrong=0

write() {
    mkdir -p "$(dirname "$1")"
    cat >"$1"
}

# A clean tree of two modules.
fresh() {
    rm -rf ./* .clang-format
    cp "$here/../../.clang-format" .
    write sim/engine/clock.h <<'END'
#ifndef SIM_ENGINE_CLOCK_H
#define SIM_ENGINE_CLOCK_H

int clock_step(int now);

#endif
END
    write sim/engine/clock.c <<'END'
#include "sim/engine/clock.h"

int clock_step(int now) {
    static const char *const names[] = {"tick", "tock"};
    return now + (names[now % 2][0] == 't');
}
END
    write models/gpu.h <<'END'
#ifndef MODELS_GPU_H
#define MODELS_GPU_H

int gpu_run(int now);

#endif
END
    write models/gpu.c <<'END'
#include "models/gpu.h"

#include "sim/engine/clock.h"

int gpu_run(int now) {
    return clock_step(now);
}
END
}

compile() {
    for source in sim/engine/clock.c models/gpu.c; do
        mkdir -p "build/obj/$(dirname $source)"
        ${CC:-gcc} -std=c17 -I. -c -o "build/obj/${source%.c}.o" "$source"
    done
}

# expect CHECK TEXT: the check fails and its finding holds the text. An empty text: the check passes.
expect() {
    status=0
    "$here/$1.sh" "$tree" >found.txt 2>&1 || status=$?
    if [ -z "$2" ]; then
        [ "$status" -eq 0 ] && return 0
        echo "$1 fails on a clean tree:"
    else
        [ "$status" -ne 0 ] && grep -q -e "$2" found.txt && return 0
        echo "$1 does not find: $2"
    fi
    cat found.txt
    wrong=1
}

fresh
compile
for check in layers circles headers sizes globals names format lint tidy analyze; do
    expect $check ""
done

# layers
fresh
echo '#include "models/gpu.h"' >>sim/engine/clock.c
expect layers 'sim/engine/clock.c:7: against the arrows: models/gpu.h'
fresh
echo '#include "models/gpu.h"' | write plots/text.c
expect layers 'plots/text.c:1: against the arrows: models/gpu.h'
fresh
echo 'int job_count(void);' | write models/cluster/job.h
echo '#include "models/cluster/job.h"' | write models/plan/plan.c
echo '#include "models/gpu.h"' | write models/cluster/job.c
expect layers 'models/plan/plan.c:1: against the arrows: models/cluster/job.h'
fresh
# Of any two neighbours the lower one may not include the upper one, and the upper one may include the lower one.
neighbours() {
    layer=$1
    lower=$2
    shift 2
    for upper; do
        echo 'int room_size(void);' | write "$layer/$upper/room.h"
        echo "#include \"$layer/$upper/room.h\"" | write "$layer/$lower/climb.c"
        expect layers "$layer/$lower/climb.c:1: against the arrows: $layer/$upper/room.h"
        fresh
        echo 'int room_size(void);' | write "$layer/$lower/room.h"
        echo "#include \"$layer/$lower/room.h\"" | write "$layer/$upper/fall.c"
        expect layers ''
        fresh
        lower=$upper
    done
}
neighbours models hardware communication plan cost memory traffic workload account cluster
neighbours scenarios reader experiment tables calibration search validation
echo 'int room_size(void);' | write models/attic/room.h
expect layers 'models/attic/room.h:1: a room that no arrow knows'
fresh
echo 'int room_size(void);' | write scenarios/attic/room.h
expect layers 'scenarios/attic/room.h:1: a room that no arrow knows'
fresh
echo '#include "gpu.h"' >>models/gpu.c
expect layers 'models/gpu.c:8: the include does not name its layer: gpu.h'
fresh
echo '#include "models/cpu.h"' >>models/gpu.c
expect layers 'models/gpu.c:8: no such file: models/cpu.h'
fresh
echo '#include <yaml.h>' | write scenarios/reader/fields.c
expect layers 'scenarios/reader/fields.c:1: only scenarios/reader/yaml_tree.c'
fresh
echo '#include <yaml.h>' | write scenarios/reader/yaml_tree.c
expect layers ''

# circles
fresh
echo '#include "models/cpu.h"' >>models/gpu.c
echo '#include "models/gpu.h"' | write models/cpu.h
expect circles 'circle: models/cpu -> models/gpu -> models/cpu'

fresh
echo 'extern int gpu_run(int now);' >>sim/engine/clock.c
expect circles 'sim/engine/clock.c:7: extern in a .c file'

# headers
fresh
echo 'uint64_t gpu_bytes(void);' >>models/gpu.h
expect headers 'models/gpu.h:7'

# sizes: the limit itself passes, one more does not
fresh
awk 'BEGIN { for (i = 0; i < 394; i++) print "/* " i " */" }' >>models/gpu.h
expect sizes ''
echo '/* one more */' >>models/gpu.h
expect sizes 'models/gpu.h:401: 401 lines'
fresh
awk 'BEGIN { print "\nstatic int gpu_long(\n    int a) {"; for (i = 1; i < 39; i++) print "    a++;"; print "}" }' >>models/gpu.c
expect sizes ''
awk 'BEGIN { print "\nint gpu_long(int a) {"; for (i = 1; i < 40; i++) print "    a++;"; print "}" }' >>models/gpu.c
expect sizes 'gpu_long has 41 lines'
fresh
write models/wide.c <<'END'
int wide_five(int a, int (*b)(int, int), int c, int d, int e) {
    return a;
}
END
expect sizes ''
write models/wide.c <<'END'
static const char *wide_six(int a, int b, int c,
                            int d, int e, int f) {
    return a;
}
END
expect sizes 'wide_six has 6 parameters'
fresh
write models/deep.c <<'END'
void deep(int a) {
    for (;;) {
        while (a) {
            if (a)
                a--;
        }
    }
}
END
expect sizes ''
sed -i 's/^                a--;/                if (a)\n                    a--;/' models/deep.c
expect sizes 'models/deep.c:5: deep nests deeper'

# exceptions need a reason
mkdir -p tests/check
echo 'nesting deep' >tests/check/exceptions.txt
expect sizes 'deep nests deeper'
echo 'nesting deep proves the exception' >tests/check/exceptions.txt
expect sizes ''

# globals
for variable in 'int gpu_count;' 'int gpu_count = 3;' 'static int gpu_count = 3; int *gpu_at = &gpu_count;' \
    '_Thread_local int gpu_count;' 'const char *gpu_names[] = {"a"};'; do
    fresh
    echo "$variable" >>models/gpu.c
    compile
    expect globals 'models/gpu.c:1: writable variable gpu_'
done
fresh
compile
rm build/obj/models/gpu.o
expect globals 'models/gpu.c:1: was not built'

# names
fresh
echo 'int gpu_get_info(void);' >>models/gpu.h
expect names 'models/gpu.h:7: name gpu_get_info has the banned word info'
fresh
echo 'typedef struct GpuData { int x; } GpuData;' >>models/gpu.h
expect names 'name GpuData has the banned word data'
fresh
echo 'static int gpu_helper(void) {' >>models/gpu.c
expect names 'models/gpu.c:8: function gpu_helper'
fresh
echo '/* nothing */' | write models/gpu_utils.c
expect names 'models/gpu_utils.c:1: file models/gpu_utils'
fresh
printf '/* data\n info */\nint gpu_database(void); // base\n' >>models/gpu.h
expect names ''

# format
fresh
echo 'int  gpu_wide;' >>models/gpu.h
expect format 'models/gpu.h:7: not formatted'

# lint, tidy and analyze
fresh
printf '\nint gpu_wrong(void) {\n    int a[3] = {0};\n    return a[3];\n}\n' >>models/gpu.c
expect lint 'models/gpu.c:11: .*out of bounds'
fresh
printf '\ndouble gpu_wrong(int a) {\n    return a / 3 * 2.5;\n}\n' >>models/gpu.c
expect tidy 'models/gpu.c:10: .*integer division'
fresh
printf '\nint gpu_wrong(int a) {\n    int *p = 0;\n    if (a)\n        p = &a;\n    return *p;\n}\n' >>models/gpu.c
expect analyze 'models/gpu.c:13: .*null pointer'

exit $wrong
