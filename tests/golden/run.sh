#!/bin/sh
# Runs the program as a user would and compares with what it said before: every scenario of the tree, every mistake in
# bad/, command lines good and bad. Ends with a line of counts.
# usage: run.sh [--update]    --update rewrites scenarios.txt, bad/*.expected and shown/*.expected; read the diff
set -eu

program=${BUILD:-build}/chokepoint
here=tests/golden
update=
[ "${1:-}" != --update ] || update=yes
[ -x "$program" ] || { echo "$program is missing: make build" >&2 && exit 1; }

unset CHOKEPOINT_SHARE COLUMNS
passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pass() { passed=$((passed + 1)); }

fail() {
    failed=$((failed + 1))
    echo "golden: $1"
}

# The work folder has another name on every run.
neutral() { sed "s,$work,WORK,g" "$1"; }

# Compares what came out with the expectation, or makes it the expectation. compare NAME FOUND EXPECTED
compare() {
    echo "$3" >>"$work/used"
    if [ -n "$update" ]; then
        neutral "$2" >"$3"
        pass
    elif [ ! -f "$3" ]; then
        fail "$1: $3 is missing (make golden-update)"
    elif neutral "$2" | cmp -s - "$3"; then
        pass
    else
        fail "$1: differs from $3:"
        neutral "$2" | diff "$3" - | head -10 || true
    fi
}

# Runs the program and leaves its output in $work/stdout and $work/stderr. expect NAME STATUS ARGUMENTS...
expect() {
    name=$1
    wanted=$2
    shift 2
    status=0
    "$program" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
    [ "$status" -eq "$wanted" ] && return 0
    fail "$name: exit status $status, expected $wanted"
    head -5 "$work/stderr"
    return 1
}

# A mistake: status 2, nothing on stdout, exactly that text on stderr. bad NAME ARGUMENTS...
bad() {
    name=$1
    shift
    expect "$name" 2 "$@" || return 0
    if [ -s "$work/stdout" ]; then fail "$name: printed to stdout" && return 0; fi
    compare "$name" "$work/stderr" "$here/bad/$name.expected"
}

# What the program shows on stdout, with nothing on stderr. shown NAME STATUS ARGUMENTS...
shown() {
    name=$1
    shift
    expect "$name" "$@" || return 0
    if [ -s "$work/stderr" ]; then fail "$name: printed to stderr" && return 0; fi
    compare "$name" "$work/stdout" "$here/shown/$name.expected"
}

# Status and stderr when the machine fails, not the user. broken NAME STATUS TEXT ARGUMENTS...
broken() {
    name=$1
    text=$3
    expect_to=$2
    shift 3
    status=0
    "$program" "$@" >/dev/full 2>"$work/stderr" </dev/null || status=$?
    if [ "$status" -ne "$expect_to" ]; then
        fail "$name: exit status $status, expected $expect_to"
    elif ! grep -qF "$text" "$work/stderr"; then
        fail "$name: \"$text\" is not in $(cat "$work/stderr")"
    else
        pass
    fi
}

# One line a point: scenario, index, events, hash, step in ns.
points_of() {
    sed -n -e 's/.*"longest_step_ns": \([0-9]*\).*/step \1/p' -e 's/.*"event_count": \([0-9]*\).*/events \1/p' \
        -e 's/.*"event_hash": "\([0-9a-f]*\)".*/hash \1/p' "$work/stdout" |
        awk -v name="$1" '{ value[$1] = $2 }
            $1 == "hash" { print name, point++, "events " value["events"], "hash " $2, "step " value["step"] " ns" }'
}

: >"$work/points"
for scenario in scenarios/*.yaml; do
    name=$(basename "$scenario" .yaml)
    expect "$name" 0 run "$scenario" --json || continue
    points_of "$name" >"$work/of_one"
    cat "$work/of_one" >>"$work/points"
    if [ -n "$update" ]; then
        pass
    elif grep "^$name " $here/scenarios.txt | cmp -s - "$work/of_one"; then
        pass
    else
        fail "$name: differs from $here/scenarios.txt:"
        grep "^$name " $here/scenarios.txt | diff - "$work/of_one" | head -10 || true
    fi
done
[ -z "$update" ] || cp "$work/points" $here/scenarios.txt
listed=$(cut -d' ' -f1 $here/scenarios.txt | sort -u | while read -r name; do
    [ -f "scenarios/$name.yaml" ] || echo "$name"
done)
[ -z "$listed" ] || fail "$here/scenarios.txt has scenarios that are gone: $listed"

for file in "$here"/bad/*.yaml; do
    bad "$(basename "$file" .yaml)" run "$file"
done

good=$here/small.yaml
open=$here/search.yaml

# Files that would be silly to keep.
: >"$work/empty.yaml"
printf "gemm_dtype,m,n,k,latency\nbfloat16,1024,512,2048,0.021\nfloat16,4096,512,2048,0.052\n" >"$work/products.csv"
awk 'BEGIN { print "name: big"; for (i = 0; i < 400000; i++) print "# a line that says nothing" }' >"$work/big.yaml"
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "["; print "" }' >"$work/deep.yaml"
awk 'BEGIN { printf "a: &a0 [x, x]\n"; for (i = 1; i < 40; i++)
    printf "b%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1 }' >"$work/billion_laughs.yaml"
awk 'BEGIN { print "cluster: {node: dgx-a100-80}"; for (i = 0; i < 200000; i++) print "k" i ": 1" }' >"$work/many_keys.yaml"
awk 'BEGIN { printf "name: "; for (i = 0; i < 100000; i++) printf "long"; print "\nclustr: 1" }' >"$work/long_text.yaml"
printf 'cluster: \000\001\002\377\376\n' >"$work/binary.yaml"
printf 'name: \303\050\n' >"$work/not_utf8.yaml"
head -c 100000 "$program" >"$work/program.yaml"
printf 'cluster: {node: dgx-a100-80}\r\njobs: [{model: gpt-7.5b, sequence_length: 2048, pla: {}}]\r\n' >"$work/crlf.yaml"
mkdir "$work/folder.yaml"
for name in empty big deep billion_laughs many_keys long_text binary not_utf8 program crlf folder missing; do
    bad "file_$name" run "$work/$name.yaml"
done
bad file_no_name run ""
bad file_second_missing run $good "$work/missing.yaml"

# Command lines.
bad unknown_command rnu $good
bad unknown_command_far quux
bad unknown_program_option --verson
bad unknown_scenario run sc21_145
bad unknown_option run $good --fromat json
bad unknown_option_far run $good --quux
bad unknown_letter run $good -x
bad two_unknown_options run $good --jsn --verbos
bad option_of_other_command list --output a
bad option_of_routes list gpus --from 3 --set a=b
bad missing_argument run $good --set
bad missing_argument_letter run $good -o
bad argument_of_flag run $good --json=yes
bad two_outputs run $good -o one -o two
bad output_empty run $good -o ''
bad no_words run
bad too_many_words list gpus nodes
bad unknown_format run $good --format jsn
bad two_formats run $good --format csv --json
bad jobs_zero run $good -j 0
bad jobs_word run $good --jobs=many
bad jobs_huge run $good -j 99999999999999999999
bad unknown_plot run $good --plot paper
bad plot_of_json run $good --plot terminal --json
bad set_without_value run $good --set cluster.nodes
bad set_unknown_key run $good --set cluster.nods=4
bad zero_bubble_one_stage run $good --set 'jobs[0].plan.schedule=zb_h1'
bad layers_per_stage run $good --set 'jobs[0].plan={pipeline_parallel: 4, tensor_parallel: 4, layers_per_stage: [9, 10, 9]}'
bad layers_per_stage_sum run $good --set 'jobs[0].plan={pipeline_parallel: 4, tensor_parallel: 4, layers_per_stage: [8, 9, 10, 10]}'
bad layers_per_stage_values run $good --set 'jobs[0].plan={pipeline_parallel: 4, tensor_parallel: 4, layers_per_stage: [8, -1, x]}'
bad layers_per_stage_empty run $good --set 'jobs[0].plan={pipeline_parallel: 4, tensor_parallel: 4, layers_per_stage: [8, 0, 20, 8]}'
bad set_no_path run $good --set '..=4'
bad set_no_yaml run $good --set 'cluster.nodes=[1'
bad set_out_of_range run $good --set cluster.nodes=0 --set 'jobs[0].plan.micro_batch=-1'
bad set_beyond_list run $good --set 'jobs[3].gpus=8'
bad set_without_index run $good --set 'jobs.plan.micro_batch=2'
bad set_into_number run $good --set cluster.nodes.much=8
bad merged_mistakes run $good $here/bad/unknown_key.yaml
bad sweep_all_fail run $good --set 'sweep={"jobs[0].plan.data_parallel": [3, 5]}'
bad unknown_kind_of_list list gpu
bad key_of_another_section run $good --set 'jobs[0].tensor_parallel=4' --set 'jobs[0].plan.channels_last=true'
bad unknown_schema_key schema jobs.plan.recompte
bad schema_below_number schema cluster.nodes.much
bad schema_no_path schema 'jobs[x]'
bad schema_no_section schema quux
bad schema_key_far schema plan.quux
bad routes_without_scenario list routes --from 0 --to 1
bad routes_of_no_gpu list routes own_graph --from 'node[3].gpu[8]' --to 128
bad routes_of_one_gpu list routes own_graph --from 0x1 -s cluster.nodes=16
bad routes_of_empty_place list routes $here/mixed.yaml --from 0 --to 'node[2].gpu[4]'
bad routes_of_empty_word list routes own_graph --from '' --to 1
bad unknown_help help rnu
bad plan_no_words plan
bad plan_mistakes plan $open --top 0 --format svg --jobs none
bad plan_key_twice plan $open --try tensor_parallel=4 --try tensor_parallel=8
bad plan_empty_folder plan $open -o ''
bad plan_two_formats plan $open --format csv --json
bad plan_unknown_key plan $open --try tensor=4 --free pipelines --try recompute
bad plan_values plan $open --try tensor_parallel=4,none,0 --try recompute=more --try micro_batch= --gpus 8,17,x
bad plan_no_room plan $open --set 'jobs[0].nodes="0"' --gpus 8,16
bad plan_without_batch plan $good
bad plan_of_a_sweep plan pipeline_bubble
bad plan_of_jobs plan $here/jobs.yaml
bad plan_of_layers plan $here/layers.yaml
bad plan_model_mistake plan $open --set 'jobs[0].model.num_attention_heads=0' --set 'jobs[0].plan.precision=fp9'
bad calibrate_without_node calibrate scenarios/measured/collectives.csv
bad calibrate_unknown_node calibrate --node dgx-a100 scenarios/measured/collectives.csv
bad calibrate_other_table calibrate --node dgx-a100-80 scenarios/measured/example.csv
bad calibrate_missing calibrate --node dgx-a100-80 "$work/missing.csv"
bad calibrate_node_and_gpu calibrate --node dgx-a100-80 --gpu a100-80 scenarios/measured/collectives.csv
bad calibrate_device_of_node calibrate --node dgx-a100-80 --device X scenarios/measured/collectives.csv
bad calibrate_device_without_column calibrate --gpu a100-80 --device X "$work/products.csv"
bad calibrate_unknown_gpu calibrate --gpu a100-8 scenarios/measured/collectives.csv
bad calibrate_no_kernels calibrate --gpu a100-80 scenarios/measured/collectives.csv
mkdir "$work/no_tables"
bad calibrate_empty_folder calibrate --node dgx-a100-80 "$work/no_tables"

shown menu 0
shown help_run 0 run --help
shown help_list 0 help list
shown version 0 --version
shown list_kinds 0 list
shown list_formats 0 list formats
shown list_gpus 0 list gpus
shown list_nodes 0 list nodes
shown list_schedules_json 0 list schedules --json
shown schema_key 0 schema jobs.plan.recompute
shown schema_section 0 schema node
shown schema_key_of_section 0 schema plan.micro_batch
shown schema_kernels 0 schema gpu.kernels
shown schema_layers 0 schema layers
shown schema_layer_key 0 schema jobs.model.layers.repeat
shown list_collectives 0 list collectives
shown list_placements 0 list placements
expect list_files 0 list models &&
    if grep -q '^Files: scenarios/workloads/NAME.yaml$' "$work/stdout" && ! grep -q 'gpt-175b.yaml' "$work/stdout"; then pass; else
        fail "list models: $(tail -2 "$work/stdout")"
    fi
shown list_routes 0 list routes own_graph --from 0 --to 'node[13].gpu[3]'
shown list_routes_json 0 list routes own_graph --from 'gpu[5]' --to 'node[0].gpu[1]' --json
shown list_routes_mixed 0 list routes $here/mixed.yaml --from 3 --to 'node[2].gpu[3]'
shown help_calibrate 0 help calibrate
shown calibrate 0 calibrate --node dgx-a100-80 scenarios/measured/collectives.csv
shown calibrate_json 0 calibrate --node dgx-a100-80 --json scenarios/measured/collectives.csv
sed 's/A100-SXM4/TPU/' scenarios/measured/example.csv >"$work/other_chips.csv"
expect validate_nothing 1 validate -q "$work/other_chips.csv" &&
    compare validate_nothing "$work/stderr" $here/shown/validate_nothing.expected
shown help_validate 0 help validate
shown validate 0 validate scenarios/measured/example.csv
shown validate_csv 0 validate --format csv scenarios/measured/example.csv
mkdir "$work/tables" "$work/tables/more" && cp scenarios/measured/example.csv scenarios/measured/collectives.csv "$work/tables/"
shown validate_folder 0 validate "$work/tables"
expect validate_output 0 validate -q "$work/tables" --no-plots -o "$work/validated" && ls "$work/validated" "$work/validated/series" "$work/validated/plots" >"$work/stdout" &&
    compare validate_output "$work/stdout" $here/shown/validate_output.expected
bad validate_empty validate "$work/tables/more"
mkdir "$work/one_table" && cp scenarios/measured/collectives.csv "$work/one_table/"
expect validate_left_out 1 validate "$work/one_table" --no-plots -o "$work/validated" && cat "$work/stderr" >>"$work/stdout" &&
    compare validate_left_out "$work/stdout" $here/shown/validate_left_out.expected
shown help_plan 0 plan --help
shown plan 0 plan $open --top 5
shown plan_top_one 0 plan $open --try tensor_parallel=8 --try pipeline_parallel=1 --top 1
shown plan_fixed 0 plan $open --set 'jobs[0].plan.tensor_parallel=4' --try recompute=full,none --gpus 8,16 --top 3
shown plan_csv 0 plan $open --format csv --try tensor_parallel=8 --try pipeline_parallel=2,3 --try recompute=none -j 2
shown plan_json 0 plan $open --json --free all --try tensor_parallel=3,4 --top 2
shown plan_tidy 0 plan $open --format tidy --try tensor_parallel=8 --try pipeline_parallel=1 --top 1
shown plan_layers 0 plan $open --set 'jobs[0].model=resnet-50' --set 'jobs[0].sequence_length=1' --gpus 8 --top 3
shown plan_too_big 1 plan $open --set 'jobs[0].model=gpt-76.1b' --try pipeline_parallel=1,2
shown plan_cannot_be 1 plan $open --try tensor_parallel=3
for threads in 1 2 5; do
    expect "plan threads $threads" 0 plan $open --json -j $threads || continue
    cp "$work/stdout" "$work/plan_$threads"
    if cmp -s "$work/plan_1" "$work/plan_$threads"; then pass; else fail "plan -j $threads changes the output"; fi
done
expect plan_exhaustive 0 plan $open --format tidy --exhaustive --try pipeline_parallel=4 && pass
expect plan_folder 0 plan $open -q -o "$work/plan" --no-plots && cp "$work/plan/summary.txt" "$work/plan_summary" &&
    if cmp -s "$work/stdout" "$work/plan_summary" && [ -f "$work/plan/plans.csv" ] && [ -f "$work/plan/plots/plans.gp" ] &&
        [ -f "$work/plan/series/plans.dat" ] && [ -f "$work/plan/manifest.json" ]; then pass; else
        fail "the folder of a plan: $(ls -R "$work/plan")"
    fi
step_taken() { tr '\n' ' ' <"$1" | sed -n 's/.*a step takes \([0-9.]* [a-z]*\)[, ].*/\1/p'; }
expect plan_best 0 run "$work/plan/best.yaml" &&
    if [ -n "$(step_taken "$work/stdout")" ] && [ "$(step_taken "$work/stdout")" = "$(step_taken "$work/plan_summary")" ]; then pass; else
        fail "best.yaml of a plan takes $(step_taken "$work/stdout"), the search says $(step_taken "$work/plan_summary")"
    fi
shown run_small 0 run $good
shown run_uneven_stages 0 run $good --set 'jobs[0].plan={pipeline_parallel: 4, tensor_parallel: 4, gradient_accumulation: 8, schedule: zb_h1, layers_per_stage: [8, 10, 10, 8]}'
shown run_power_limit 0 run $good --set "cluster.node.gpu.power_limit=250 W"
shown run_empty_chunks 0 run $good --set 'jobs[0].plan={pipeline_parallel: 4, tensor_parallel: 4, gradient_accumulation: 8, virtual_stages: 2, overlap_grad_reduce: true, layers_per_stage: [0, 5, 6, 7, 6, 0, 12, 0]}'
shown run_split_by_cost 0 run $good --set 'jobs[0].plan={pipeline_parallel: 8, tensor_parallel: 2, gradient_accumulation: 8, stage_split: cost}'
bad stage_split_twice run $good --set 'jobs[0].plan={pipeline_parallel: 4, tensor_parallel: 4, stage_split: cost, head_as_layer: true}'
shown run_after_dashes 0 run --format csv -- $good
shown run_jobs 0 run $here/jobs.yaml
shown run_jobs_too_big 0 run $here/jobs.yaml --set 'jobs[0].plan.tensor_parallel=1'
COLUMNS=80 && export COLUMNS
shown plot_jobs 0 run $here/jobs.yaml --plot terminal
unset COLUMNS
shown run_out_of_memory 0 run $good --set 'jobs[0].plan.micro_batch=32'
shown run_context 0 run $here/context.yaml
shown run_experts 0 run $here/experts.yaml
shown run_latent 0 run $here/latent.yaml
shown run_layers 0 run $here/layers.yaml
shown run_layers_stages 0 run $here/layers.yaml --set 'jobs[0].plan.pipeline_parallel=4' \
    --set 'jobs[0].plan.stage_split=cost' --set 'jobs[0].plan.gradient_accumulation=4'
shown run_layers_loader 0 run $here/layers.yaml --set 'cluster.storage={read: 5 GB/s, write: 5 GB/s}' \
    --set 'jobs[0].data_loader={sample_size: 13 kB, prepared_size: 55 kB, cpu_time: 2 ms, workers: 8}'
shown run_layers_out_of_memory 0 run $here/layers.yaml --set 'jobs[0].plan.micro_batch=90000'
shown run_mixed 0 run $here/mixed.yaml
shown run_mixed_out_of_memory 0 run $here/mixed.yaml --set 'jobs[0].plan.micro_batch=48'
shown run_tidy_sweep 0 run $good --format tidy --set 'sweep={cluster.nodes: [1, 2]}' -j 2
shown neighbours 0 run $here/neighbours.yaml
shown neighbour_out_of_memory 0 run $here/neighbours.yaml --set 'jobs[2].plan.micro_batch=256'
shown neighbour_endless 0 run $here/neighbours.yaml --set 'link_events=[{link: "node[0]", at: 2 ms}]'
shown run_checkpoint_sweep 0 run checkpoint_pause \
    --set 'sweep={"jobs[0].checkpoint.asynchronous": [false, true]}' --set 'assert=[]'
shown run_bad_point 0 run $good --set 'sweep={"jobs[0].plan.data_parallel": [2, 3]}'
ring="jobs=[{name: ring, gpus: 16, collective: {operation: all_reduce, from: 1 GiB, to: 1 GiB}}]"
shown run_replaced_algorithm 0 run $good --set 'jobs=[{gpus: 16, collective: {operation: all_reduce, algorithm: in_network, from: 1 MiB, to: 1 MiB}}]'
shown run_collective_sweep 0 run $good --set cluster.nodes=4 --set "$ring" --set 'sweep={"jobs[0].gpus": [8, 16, 32]}'
shown run_jobs_sweep 0 run $good --set cluster.nodes=2 --set "$ring" \
    --set 'background=[{name: backup, from: "0", to: "1", rate: 100 Gbit/s}]' \
    --set 'sweep={"background[0].rate": [25 Gbit/s, 100 Gbit/s, 400 Gbit/s]}'
shown goal_met 0 run $good --set 'assert=[memory.fits == 1]' --format csv
shown goal_missed 1 run $good --set 'assert=[memory.fits == 0, time.step_s > 1 us]'
shown goal_wrapped 0 run $good --set 'assert=[throughput.model_tflops_per_gpu > 10]' --set "sweep={cluster.nodes: [2], \
    'jobs[0].plan.micro_batch': [1], 'jobs[0].plan.gradient_accumulation': [2], 'jobs[0].plan.recompute': [full]}"

# The same bytes for any number of threads, and from a run folder that is written again.
for threads in 1 2 5; do
    expect "threads $threads" 0 run $good --json -j $threads \
        --set 'sweep={cluster.nodes: [1, 2, 4, 8], "jobs[0].plan.micro_batch": [1, 2, 32]}' || continue
    cp "$work/stdout" "$work/threads_$threads"
    if cmp -s "$work/threads_1" "$work/threads_$threads"; then pass; else fail "-j $threads changes the output"; fi
done
expect folder 0 run $good -o "$work/out" --no-plots && compare folder "$work/stderr" $here/shown/folder.expected
expect folder_again 0 run $good -q -o "$work/out" --no-plots &&
    if [ -s "$work/stderr" ]; then fail "-q leaves notes on stderr"; else pass; fi

# The order of jobs in the file means nothing.
mkdir "$work/bad" && cp "$here/bad/counters_good.csv" "$work/bad/"
awk '/name: left/ { left = $0; next } { print } /name: right/ { print left }' $here/neighbours.yaml >"$work/turned.yaml"
for format in text json csv tidy; do
    expect "neighbours as $format" 0 run $here/neighbours.yaml --format $format || continue
    cp "$work/stdout" "$work/one_order"
    expect "turned neighbours as $format" 0 run "$work/turned.yaml" --format $format || continue
    if cmp -s "$work/one_order" "$work/stdout"; then pass; else fail "the order of jobs changes the $format"; fi
done

# What is set on a path wins over a sweep of it, and is said.
expect set_takes_points 0 run zero_bubble --set 'jobs[0].plan.schedule=zb_h1' &&
    compare set_takes_points "$work/stderr" $here/shown/set_takes_points.expected
expect set_replaces_axis 0 run $good --format csv --set 'sweep={cluster.nodes: [1, 2]}' --set cluster.nodes=2 &&
    compare set_replaces_axis "$work/stderr" $here/shown/set_replaces_axis.expected

# A name is as good as a path, from the program's own folder too.
expect by_path 0 run scenarios/sc21_145b.yaml && cp "$work/stdout" "$work/by_path"
expect by_name 0 run sc21_145b && if cmp -s "$work/by_path" "$work/stdout"; then pass; else fail "a name is no path"; fi

# The folder of a run is its scenario: the same points come out, in the same folder too.
grid='sweep={cluster.nodes: [1, 2]}'
expect record 0 run $good -q --set "$grid" --set 'jobs[0].name=first' -o "$work/record" --no-plots && cp "$work/stdout" "$work/first"
expect record_again 0 run "$work/record" -q -o "$work/record" --no-plots &&
    if cmp -s "$work/first" "$work/stdout"; then pass; else fail "the folder of a run is another scenario"; fi
expect record_alone 0 run "$work/record/manifest.json" --set sweep={} -f csv &&
    if [ "$(wc -l <"$work/stdout")" -eq 2 ]; then pass; else fail "a manifest takes no --set"; fi

# A manifest that is damaged, and one of somebody else.
head -n 6 "$work/record/manifest.json" >"$work/manifest.json"
bad manifest_cut run "$work/manifest.json"
printf '{"name": "app", "icons": []}' >"$work/manifest.json"
bad manifest_of_others run "$work/manifest.json"

expect record_of_files 0 run $here/neighbours.yaml -q -o "$work/record" --no-plots && bad record_without_files run "$work/record"

# A reader that leaves takes no files along; notes stand behind what was printed before them.
mkfifo "$work/pipe"
: <"$work/pipe" &
status=0
"$program" run $good -q -o "$work/headless" --no-plots >"$work/pipe" 2>"$work/stderr" || status=$?
wait
if [ "$status" -eq 0 ] && [ -f "$work/headless/manifest.json" ] && [ ! -s "$work/stderr" ]; then
    pass
else
    fail "a closed pipe: exit status $status, $(ls "$work/headless"), $(cat "$work/stderr")"
fi
"$program" run $good -o "$work/headless" --no-plots >"$work/both" 2>&1 </dev/null
if tail -1 "$work/both" | grep -q "^wrote "; then pass; else fail "notes stand before the report"; fi

# Without a catalogue the folders that were searched are named; an installed one would be found.
mkdir "$work/bin" "$work/nowhere" && cp "$program" "$work/bin/"
if [ ! -d /usr/local/share/chokepoint ]; then
    (cd "$work/nowhere" && ../bin/chokepoint list nodes >/dev/null 2>"$work/stderr") || true
    if grep -qF "found no nodes in scenarios/hardware, $work/scenarios/hardware" "$work/stderr"; then pass; else
        fail "list nodes without a catalogue: $(cat "$work/stderr")"
    fi
fi

# Examples in the help run as they stand, but write elsewhere.
for command in $("$program" list commands | cut -d' ' -f1); do
    example=$("$program" help "$command" | sed -n '/^Example:/{n;s/^  chokepoint //;s,-o [^ ]*,-o '"$work"'/example,;p;}')
    # shellcheck disable=SC2086 # the words of the example
    expect "example of $command" 0 $example && pass
done

# A full disk, a folder that cannot be made, a folder that is not ours.
broken full_disk 3 "cannot write to standard output: No space left on device" run $good
broken full_disk_help 3 "cannot write to standard output: No space left on device" --help
: >"$work/file"
mkdir "$work/theirs" && : >"$work/theirs/thesis.txt"
broken folder_is_file 3 "$work/file" run $good -o "$work/file"
broken folder_below_file 3 "$work/file" run $good -o "$work/file/out"
broken folder_not_ours 3 "$work/theirs" run $good -o "$work/theirs"
"$program" run $good -v -o "$work/theirs" >/dev/null 2>"$work/stderr" && fail "a folder that is not ours was taken"
if grep -q " events, " "$work/stderr"; then fail "simulated before the folder was claimed"; else pass; fi
[ -f "$work/theirs/thesis.txt" ] || fail "a folder that is not ours was cleared"

# No room for all files: said, with the folder marked, and the next run takes it over.
status=0
(trap '' XFSZ && ulimit -f 8 && exec "$program" run $good -o "$work/cramped" >/dev/null 2>"$work/stderr") || status=$?
if [ "$status" -eq 3 ] && grep -q "^$work/cramped is not complete" "$work/stderr" && [ ! -f "$work/cramped/manifest.json" ]; then pass; else
    fail "files that are too large: exit status $status, $(cat "$work/stderr")"
fi
expect after_cramped 0 run $good -o "$work/cramped" && if [ -f "$work/cramped/manifest.json" ]; then pass; else fail "no manifest.json"; fi

# Interrupted while it computes, in a sweep, and while it writes: nothing stays, and that is said.
interrupted() { # interrupted NAME STATUS FOLDER
    wanted="interrupted; the results were not written to $3"
    if [ "$2" -eq 130 ] && [ ! -e "$3" ] && [ "$(tail -1 "$work/stderr")" = "$wanted" ]; then pass; else
        fail "$1: exit status $2, $(cat "$work/stderr"), left: $(find "$3" -type f 2>/dev/null)"
    fi
}
status=0
timeout --preserve-status -s INT 0.7 "$program" run $here/endless.yaml -o "$work/cut" >/dev/null 2>"$work/stderr" || status=$?
interrupted "Ctrl-C" "$status" "$work/cut"
"$program" run $here/endless.yaml --set 'sweep={"jobs[0].gpus": [32, 64, 48]}' -j 2 -o "$work/cut" 2>"$work/stderr" &
until [ -f "$work/cut/manifest.json.part" ]; do sleep 0.05; done
kill -TERM $!
status=0 && wait $! || status=$?
interrupted "SIGTERM in a sweep" "$status" "$work/cut"
mkdir "$work/gnuplot" && printf '#!/bin/sh\nkill -TERM $PPID\n: >timeline.png\n' >"$work/gnuplot/gnuplot" && chmod +x "$work/gnuplot/gnuplot"
status=0
PATH=$work/gnuplot:$PATH "$program" run $good -o "$work/cut" >"$work/stdout" 2>"$work/stderr" || status=$?
interrupted "SIGTERM while pictures are drawn" "$status" "$work/cut"
if [ -s "$work/stdout" ]; then fail "an interrupted run prints its results"; else pass; fi

# An expectation that nothing asks for any more.
for file in "$here"/bad/*.expected "$here"/shown/*.expected; do
    if grep -qxF "$file" "$work/used"; then continue; fi
    if [ -n "$update" ]; then rm "$file"; else fail "$file is compared with nothing"; fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
