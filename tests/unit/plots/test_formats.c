#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "plots/cell.h"
#include "plots/format.h"
#include "tests/unit/plots/fixture.h"

static Arena *arena;

static void setup(void) {
    arena = arena_create();
}

static void teardown(void) {
    arena_destroy(arena);
}

TestSuite(formats, .init = setup, .fini = teardown);

static bool holds(const char *text, const char *part) {
    return strstr(text, part) != NULL;
}

Test(formats, each_word_of_the_menu_finds_its_row) {
    cr_assert_not_null(format_at(4));
    cr_assert_null(format_at(5));
    for (size_t i = 0; format_at(i) != NULL; i++) {
        const Format *format = format_at(i);
        cr_assert_eq(format_find(format->name), format);
        cr_assert_gt(strlen(format->summary), 10);
        cr_assert_gt(strlen(format->file_extension), 1);
    }
    cr_assert_null(format_find("xml"));
}

Test(formats, every_format_writes_the_same_bytes_twice) {
    const SweepResults *sweep = fixture_sweep_of_two(arena);
    for (size_t i = 0; format_at(i) != NULL; i++) {
        const char *name = format_at(i)->name;
        cr_assert_str_eq(fixture_run_text(arena, name, fixture_step(arena)),
                         fixture_run_text(arena, name, fixture_step(arena)));
        cr_assert_str_eq(fixture_sweep_text(arena, name, sweep), fixture_sweep_text(arena, name, sweep));
        cr_assert_gt(strlen(fixture_run_text(arena, name, fixture_too_big(arena))), 40);
    }
}

Test(formats, csv_is_one_wide_row_with_quotes_and_NaN) {
    cr_assert_str_eq(fixture_run_text(arena, "csv", fixture_tiny(arena)),
                     "name,status,gpus,longest_step_s,throughput.model_tflops_per_gpu,expert.imbalance,"
                     "ledger.ideal_compute_fraction,ledger.kernel_inefficiency_fraction,ledger.recomputation_fraction,"
                     "ledger.memory_bound_fraction,ledger.launch_overhead_fraction,ledger.comm_tensor_fraction,"
                     "ledger.comm_context_fraction,ledger.comm_expert_fraction,ledger.comm_embedding_fraction,ledger."
                     "comm_pipeline_fraction,"
                     "ledger.comm_data_fraction,ledger.pipeline_bubble_fraction,ledger.straggler_fraction,"
                     "ledger.data_loading_fraction,ledger.offload_fraction,ledger.checkpoint_fraction,"
                     "ledger.lost_work_fraction,ledger.idle_fraction,seed,event_count,event_hash\n"
                     "\"tiny, \"\"quoted\"\"\",ok,3,0.002,2.385,NaN,0.75,0,0,0,0,0,0,0,0,0,0.25,0,0,0,0,0,0,0,"
                     "7,11,0000000000000abc\n");
}

static int fields_of(const char *line) {
    int fields = 1;
    bool quoted = false;
    for (; *line != '\0' && *line != '\n'; line++) {
        quoted = *line == '"' ? !quoted : quoted;
        fields += *line == ',' && !quoted;
    }
    return fields;
}

Test(formats, csv_of_a_sweep_has_a_row_a_point_with_all_columns) {
    const char *text = fixture_sweep_text(arena, "csv", fixture_sweep_of_two(arena));
    int expected = fields_of(text);
    int rows = 0;
    for (const char *line = strchr(text, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_assert_eq(fields_of(line), expected, "row %d has %d fields, not %d", rows, fields_of(line), expected);
        rows++;
    }
    cr_assert_eq(rows, 15);
    cr_assert(holds(text, "\n16,200 Gbit/s,ok,512,12.385,"));
    cr_assert(holds(text, "\n32,200 Gbit/s,failed,NaN,NaN,"));
    cr_assert(holds(text, ",\"jobs[0].plan.tensor_parallel: found 32, expected at most 16\"\n"));
}

Test(formats, tidy_has_six_columns_in_every_row) {
    const char *text = fixture_sweep_text(arena, "tidy", fixture_sweep_of_two(arena));
    cr_assert_eq(strncmp(text, "run_id,time_s,entity,metric,value,unit\n", 39), 0);
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_assert_eq(fields_of(line), 6);
    }
    cr_assert(holds(text, "\ntensor_parallel=8 node.nic=400 Gbit/s,NaN,run,throughput.model_tflops_per_gpu,"));
}

Test(formats, tidy_rows_hold_metrics_ledger_memory_and_series) {
    const char *text = fixture_run_text(arena, "tidy", fixture_tiny(arena));
    cr_assert(holds(text, "\n\"tiny, \"\"quoted\"\"\",NaN,run,expert.imbalance,NaN,fraction\n"));
    cr_assert(holds(text, ",NaN,all,ideal_compute,4500000,ns\n"));
    cr_assert(holds(text, ",NaN,all,comm_data.nic,1500000,ns\n"));
    cr_assert(holds(text, ",NaN,stage 0,comm_data,500000,ns\n"));
    cr_assert(holds(text, ",NaN,stage 0,memory.activations,512,bytes\n"));
    cr_assert(holds(text, ",0.0015,stage 0,gpu.max,0.2,fraction\n"));
}

Test(formats, gpu_nanoseconds_beyond_a_double_stay_exact) {
    Results results = *fixture_tiny(arena);
    results.ledger.ns[LEDGER_IDEAL_COMPUTE] = 123456789012345679;
    cr_assert(holds(fixture_run_text(arena, "tidy", &results), ",all,ideal_compute,123456789012345679,ns\n"));
    cr_assert(holds(fixture_run_text(arena, "json", &results), "\"gpu_ns\": 123456789012345679,"));
}

/* The scalar behind a path of keys and indices; json is YAML, so its parser reads it back. */
static const char *find_scalar(yaml_document_t *document, const char *path) {
    yaml_node_t *node = yaml_document_get_root_node(document);
    char *keys = arena_text(arena, path);
    for (char *key = strtok(keys, "/"); key != NULL && node != NULL; key = strtok(NULL, "/")) {
        yaml_node_t *next = NULL;
        if (node->type == YAML_SEQUENCE_NODE) {
            next = yaml_document_get_node(document, node->data.sequence.items.start[atoi(key)]);
        }
        for (int i = 0;
             node->type == YAML_MAPPING_NODE && i < node->data.mapping.pairs.top - node->data.mapping.pairs.start;
             i++) {
            yaml_node_pair_t pair = node->data.mapping.pairs.start[i];
            const char *name = (const char *)yaml_document_get_node(document, pair.key)->data.scalar.value;
            next = strcmp(name, key) == 0 ? yaml_document_get_node(document, pair.value) : next;
        }
        node = next;
    }
    return node != NULL && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "(nothing)";
}

static const char *parsed(const char *json, const char *path) {
    yaml_parser_t parser;
    yaml_document_t document;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)json, strlen(json));
    cr_assert(yaml_parser_load(&parser, &document), "not readable: %s", json);
    const char *value = arena_text(arena, find_scalar(&document, path));
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    return value;
}

Test(formats, json_reads_back_as_what_it_was) {
    const char *text = fixture_run_text(arena, "json", fixture_tiny(arena));
    cr_assert_str_eq(parsed(text, "name"), "tiny, \"quoted\"");
    cr_assert_str_eq(parsed(text, "metrics/throughput.model_tflops_per_gpu/value"), "2.385");
    cr_assert_str_eq(parsed(text, "metrics/expert.imbalance/value"), "null");
    cr_assert_str_eq(parsed(text, "ledger/comm_data/fraction"), "0.25");
    cr_assert_str_eq(parsed(text, "exposed_communication_gpu_ns/comm_data/nic"), "1500000");
    cr_assert_str_eq(parsed(text, "causes/0/advice"), "Overlap them.");
    cr_assert_str_eq(parsed(text, "classes/0/ledger_ns/comm_data"), "500000");
    cr_assert_str_eq(parsed(text, "assumptions/0"), "Nothing, \"really\".");
    cr_assert_str_eq(parsed(text, "event_hash"), "0000000000000abc");
}

Test(formats, json_of_a_sweep_keeps_failed_points) {
    const char *text = fixture_sweep_text(arena, "json", fixture_sweep_of_two(arena));
    cr_assert_str_eq(parsed(text, "parameters/1"), "cluster.node.nic");
    cr_assert_str_eq(parsed(text, "points/13/status"), "failed");
    cr_assert_str_eq(parsed(text, "points/13/results"), "null");
    cr_assert_str_eq(parsed(text, "points/14/parameters/cluster.node.nic"), "400 Gbit/s");
    cr_assert_str_eq(parsed(text, "points/14/results/gpus"), "512");
}

Test(formats, trace_has_microseconds_with_nanoseconds_behind_the_point) {
    const char *text = fixture_run_text(arena, "trace", fixture_tiny(arena));
    cr_assert_str_eq(parsed(text, "traceEvents/0/args/name"), "stage 0 (3 GPUs)");
    cr_assert_str_eq(parsed(text, "traceEvents/3/args/name"), "data");
    cr_assert_str_eq(parsed(text, "traceEvents/4/args/name"), "context");
    cr_assert_str_eq(parsed(text, "traceEvents/5/args/name"), "host");
    cr_assert_str_eq(parsed(text, "traceEvents/6/args/name"), "expert");
    cr_assert_str_eq(parsed(text, "traceEvents/7/dur"), "1234.567");
    cr_assert_str_eq(parsed(text, "traceEvents/8/ts"), "1234.567");
    cr_assert_str_eq(parsed(text, "traceEvents/8/tid"), "2");
}

Test(formats, trace_leaves_out_what_a_bar_has_none_of) {
    static const TimelineBar BARS[] = {{0, STREAM_COMPUTE, BAR_FORWARD, 5, 3, 0, 7},
                                       {0, STREAM_DATA, BAR_DATA_COMM, -1, 3, 0, 7},
                                       {0, STREAM_DATA, BAR_DATA_COMM, 5, -1, 0, 7},
                                       {0, STREAM_COMPUTE, BAR_OPTIMIZER, -1, -1, 7, 17}};
    Results results = *fixture_tiny(arena);
    results.timeline = BARS;
    results.timeline_count = 4;
    const char *text = fixture_run_text(arena, "trace", &results);
    cr_assert(holds(text, "\"args\": {\"micro_batch\": 5, \"chunk\": 3}}"));
    cr_assert(holds(text, "\"args\": {\"chunk\": 3}}"));
    cr_assert(holds(text, "\"args\": {\"micro_batch\": 5}}"));
    cr_assert(holds(text, "\"dur\": 0.010, \"args\": {}}"));
    cr_assert_not(holds(text, "-1"));
    cr_assert_str_eq(parsed(text, "traceEvents/10/dur"), "0.010");
}

static void check_width(const char *text) {
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_assert_leq(strcspn(line, "\n"), 100, "too wide: %.*s", (int)strcspn(line, "\n"), line);
    }
}

Test(formats, text_begins_with_the_verdict_and_is_at_most_100_columns_wide) {
    const char *text = fixture_run_text(arena, "text", fixture_step(arena));
    cr_assert_eq(strncmp(text, "36.4 % of peak: ", 16), 0);
    cr_assert(holds(text, "  Tensor-parallel communication     11.9 %  "));
    cr_assert(holds(text, "      of which over nic                8.9 %\n"));
    cr_assert(holds(text, "  Other, each below 0.5 %            0.7 %  "));
    check_width(text);
    check_width(fixture_run_text(arena, "text", fixture_too_big(arena)));
    check_width(fixture_sweep_text(arena, "text", fixture_sweep(arena)));
}

Test(formats, text_of_a_step_that_does_not_end_blames_no_memory) {
    const char *text = fixture_run_text(arena, "text", fixture_too_long(arena));
    check_width(text);
    cr_assert_eq(strncmp(text, "gpt-175b on 512 a100-80 does not end: a step would take years.\n", 63), 0);
    cr_assert(holds(text, "Memory of one GPU at its peak"));
    cr_assert_not(holds(text, "fit"));
    cr_assert_not(holds(text, "Key figures"));
    cr_assert_not(holds(text, "Where the GPU time went"));
}

Test(formats, a_step_that_does_not_end_has_a_status_of_its_own) {
    const Results *results = fixture_too_long(arena);
    cr_assert(holds(fixture_run_text(arena, "csv", results), ",too_long,512,NaN,NaN,1,NaN,"));
    cr_assert(holds(fixture_run_text(arena, "json", results), "\"status\": \"too_long\""));
    cr_assert(holds(fixture_run_text(arena, "json", results), "\"longest_step_ns\": 0,"));
    cr_assert(holds(fixture_run_text(arena, "tidy", results), ",NaN,run,too_long,1,count\n"));
    cr_assert(holds(fixture_run_text(arena, "tidy", fixture_too_big(arena)), ",NaN,run,out_of_memory,1,count\n"));
    cr_assert_not(holds(fixture_run_text(arena, "tidy", fixture_tiny(arena)), ",count\n"));
}

Test(formats, a_point_of_a_sweep_that_does_not_end_is_no_memory_problem) {
    SweepResults sweep = *fixture_sweep(arena);
    SweepPoint points[7];
    memcpy(points, sweep.points, sizeof points);
    points[1].results = fixture_too_long(arena);
    sweep.points = points;
    const char *text = fixture_sweep_text(arena, "text", &sweep);
    cr_assert(holds(text, " points does not fit in memory. 1 of 7 points does not end.\n"), "%s", text);
    cr_assert(holds(text, " 2  does not end\n"), "%s", text);
    cr_assert(holds(fixture_sweep_text(arena, "csv", &sweep), "\n2,too_long,512,NaN,"));
    cr_assert(holds(fixture_sweep_text(arena, "json", &sweep), "\"status\": \"too_long\",\n      \"error\": null"));
}

Test(formats, exposed_communication_is_told_by_every_kind_of_link_that_counts) {
    Results results = *fixture_tiny(arena);
    results.comm_ns[LEDGER_COMM_DATA][LINK_NIC] = 1000000;
    results.comm_ns[LEDGER_COMM_DATA][LINK_NVLINK] = 470000;
    results.comm_ns[LEDGER_COMM_DATA][LINK_FABRIC] = 20000;
    const char *text = fixture_run_text(arena, "text", &results);
    cr_assert(holds(text, "of which over nvlink             7.8 %\n"), "%s", text);
    cr_assert(holds(text, "of which over nic               16.7 %\n"), "%s", text);
    cr_assert_not(holds(text, link_kind_name(LINK_FABRIC)), "%s", text);
}

Test(formats, text_of_a_job_that_does_not_fit_says_what_would) {
    const char *text = fixture_run_text(arena, "text", fixture_too_big(arena));
    cr_assert_eq(strncmp(text, "Does not fit: ", 14), 0);
    cr_assert(holds(text, "   74.40    2.40   117.12  146.4 %  too much\n"));
    cr_assert(holds(text, "  recomputation: full                                     61.20 GiB on the fullest GPU, "
                          "step 14.71 s\n"));
    cr_assert_not(holds(text, "Where the GPU time went"));
}

Test(formats, a_long_change_has_a_line_of_its_own) {
    Results results = *fixture_too_big(arena);
    const FitChange change = {"distributed_optimizer: true, tensor_parallel: 2, data_parallel: 16", 0x1p33, 2.385};
    results.fit_changes = &change;
    results.fit_change_count = 1;
    const char *text = fixture_run_text(arena, "text", &results);
    check_width(text);
    cr_assert(holds(text, ", data_parallel: 16\n                                                              "
                          "8 GiB on the fullest GPU, step 2.385 s\n"),
              "%s", text);
}

Test(formats, text_of_a_sweep_names_the_best_point_the_fall_and_its_cause) {
    const char *text = fixture_sweep_text(arena, "text", fixture_sweep(arena));
    cr_assert_eq(strncmp(text, "Best is tensor_parallel=2 with 143.2 model TFLOP/s per GPU. ", 60), 0);
    cr_assert(holds(text, "The largest fall, 135.1 to 59.3 (56 %),\nis from tensor_parallel=8 to 16: tensor-parallel "
                          "communication grows from 4.5 % to 29.0 % of GPU\ntime."));
    cr_assert(holds(text, "does not fit: 117.1 of 80.0 GiB\n"));
}

static const char *number(double value) {
    char text[CELL_NUMBER_BYTES];
    return arena_text(arena, cell_number_text(value, text));
}

Test(formats, numbers_are_the_shortest_text_that_reads_back) {
    cr_assert_str_eq(number(0.1), "0.1");
    cr_assert_str_eq(number(2.385), "2.385");
    cr_assert_str_eq(number(NAN), "NaN");
    cr_assert_str_eq(number(-INFINITY), "-inf");
    for (double value = 1e-9; value < 1e20; value *= 3.71) {
        cr_assert_eq(strtod(number(value / 3), NULL), value / 3);
    }
}
