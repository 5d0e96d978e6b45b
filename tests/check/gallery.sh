#!/bin/sh
# Redraws the pictures of the README. usage: gallery.sh PROGRAM
set -eu

program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p plots/gallery

draw() { # draw SCENARIO PICTURE NAME
    [ -d "$work/$1" ] || "$program" run -q "scenarios/$1.yaml" -o "$work/$1" >/dev/null
    cp "$work/$1/plots/$2.png" "plots/gallery/$3.png"
}

draw sc21_145b timeline sc21_145b_timeline
draw sc21_145b ledger sc21_145b_ledger
for name in sc21_table1 tensor_parallel_cliff data_parallel_fixed_batch pipeline_bubble micro_batch_memory \
    oversubscription ecmp_collisions oversubscription_job_size separate_leaves incast tensor_group_straddles \
    flapping_link moe_all_to_all rail_optimised mixed_nodes fsdp_small_nodes data_loader checkpoint_pause \
    offload_optimizer offload_activations resnet50_slow_ethernet resnet50_stages dlrm_all_to_all \
    expert_parallel_leaves_node expert_folding expert_exchange host_bound context_parallel_long_sequence \
    weights_broadcast tensor_overlap mixed_layers_stages lora_one_node recompute_policy v_schedules \
    llama3_405b_fsdp_pipeline power_limit zero_bubble_experts zero_bubble_lora param_gather; do
    draw "$name" sweep "$name"
done
draw llama3_70b_h100 ledger llama3_70b_h100
draw two_jobs jobs two_jobs
"$program" run -q scenarios/zero_bubble.yaml --set 'sweep={}' --set 'assert=[]' --set 'jobs[0].plan.schedule=zb_h1' \
    --set 'jobs[0].plan.gradient_accumulation=16' -o "$work/zero_bubble" >/dev/null
cp "$work/zero_bubble/plots/timeline.png" plots/gallery/zero_bubble.png
draw two_jobs contention two_jobs_contention
"$program" run -q scenarios/own_graph.yaml --set 'sweep={}' --set 'assert=[]' -o "$work/fabric" >/dev/null
cp "$work/fabric/plots/fabric.png" plots/gallery/own_graph_fabric.png
"$program" run -q scenarios/moe_all_to_all.yaml --set 'sweep={}' --set 'assert=[]' --set 'jobs[0].gpus=256' \
    --set name=all_reduce --set 'lesson="Small messages pay for latency, large ones for bandwidth."' \
    --set 'jobs[0].collective={operation: all_reduce, from: 4 KiB, to: 4 GiB}' -o "$work/sizes" >/dev/null
cp "$work/sizes/plots/collective.png" plots/gallery/collective.png
"$program" plan -q scenarios/plan_gpt3_175b.yaml -o "$work/plan" >/dev/null
cp "$work/plan/plots/plans.png" plots/gallery/plan_gpt3_175b.png
tables=../shared/data/training-measured
if [ -d "$tables" ]; then
    "$program" validate -q "$tables" -o "$work/validation" >/dev/null
    cp "$work/validation/plots/validation.png" plots/gallery/validation.png
else
    echo "skipped: no $tables; plots/gallery/validation.png stays as it is"
fi
ls plots/gallery
