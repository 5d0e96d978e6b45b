/* How well the software of a measured row is known, by its names. */
#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"
#include "tests/unit/scenarios/small_scenario.h"

static SoftwareKnown known_of(const char *changes) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, changes);
    cr_assert_null(run.reason, "%s", run.reason);
    SoftwareKnown known = run.spec.jobs[0].software;
    reading_destroy(reading);
    return known;
}

Test(measured_software, what_the_tables_are_of_is_measured) {
    cr_expect_eq(known_of("source=NVIDIA/Megatron-LM README"), SOFTWARE_MEASURED);
    cr_expect_eq(known_of("source=a page|note=FlagScale @6fc099c"), SOFTWARE_MEASURED);
    cr_expect_eq(known_of("source=a page|release=NeMo 24.07"), SOFTWARE_MEASURED);
    cr_expect_eq(known_of("source=mosaicml/llm-foundry scripts"), SOFTWARE_MEASURED);
    cr_expect_eq(known_of("source=a page|release=2024-10 MaxText"), SOFTWARE_MEASURED);
    cr_expect_eq(known_of("source=NVIDIA/dgxc-benchmarking READMEs|release=v25.02 MaxText"), SOFTWARE_MEASURED);
}

Test(measured_software, what_only_its_code_tells_is_read) {
    cr_expect_eq(known_of("source=pytorch/torchtitan benchmarks"), SOFTWARE_READ);
    cr_expect_eq(known_of("source=a gist|note=Hugging Face model, DeepSpeed 0.14.2"), SOFTWARE_READ);
    cr_expect_eq(known_of("source=mosaicml/examples README"), SOFTWARE_READ);
    cr_expect_eq(known_of("source=a page|note=Paddle 2.5.1"), SOFTWARE_READ);
    cr_expect_eq(known_of("source=NVIDIA/JAX-Toolbox|release=2023-10|note=Paxml without Transformer Engine"),
                 SOFTWARE_READ);
    cr_expect_eq(known_of("source=pytorch/ao torchao/float8"), SOFTWARE_READ);
    cr_expect_eq(known_of("source=Oneflow-Inc/DLPerf DeepSpeed/Megatron-LM|note=DeepSpeedExamples Megatron-LM"),
                 SOFTWARE_READ);
    expect_assumption("source=pytorch/torchtitan benchmarks",
                      "software: read, its steps were never compared: the interval reaches further up.");
}

Test(measured_software, other_names_and_none_are_unknown) {
    cr_expect_eq(known_of("source=a page|note=ColossalAI 0.3"), SOFTWARE_UNKNOWN);
    expect_assumption("source=a page",
                      "software: unknown, its steps were never compared: the interval reaches further up.");
}

Test(measured_software, a_scenario_says_it_by_a_word) {
    Arena *arena = arena_create();
    cr_assert_eq(SMALL_SCENARIO(arena, "jobs[0].software=unknown")->spec.jobs[0].software, SOFTWARE_UNKNOWN);
    cr_assert_eq(SMALL_SCENARIO(arena, "jobs[0].software=read")->spec.jobs[0].software, SOFTWARE_READ);
    cr_assert_eq(SMALL_SCENARIO(arena, "jobs[0].steps=3")->spec.jobs[0].software, SOFTWARE_MEASURED);
    arena_destroy(arena);
}
