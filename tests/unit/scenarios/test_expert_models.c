/* Models of the catalogue that mix dense layers with experts: their published sizes. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/unit/scenarios/small_scenario.h"

static const TransformerSpec *model_of(Arena *arena, const char *name) {
    const char *jobs = arena_format(arena, "jobs=[{model: %s, sequence_length: 64}]", name);
    return &SMALL_SCENARIO(arena, jobs)->spec.jobs[0].training.model;
}

/*
 * Published: 671B/37B (DeepSeek-V3, arXiv 2412.19437), 236B/21B (V2, arXiv 2405.04434), 15.7B/2.4B (V2-Lite, ibid.,
 * appendix B, active without embeddings), 400B/17B and 109B/17B with 0.9B of vision (Llama 4, model cards), 235B/22B
 * (Qwen3, arXiv 2505.09388), 132B/36B (DBRX, model card), 141B/39B and 47B/13B (Mixtral, model cards).
 */
Test(expert_models, have_their_published_parameters_in_sum_and_active) {
    const struct {
        const char *name;
        double total, active;
    } cases[] = {{"deepseek-v3", 671.0e9, 37.5e9},
                 {"deepseek-v2", 235.7e9, 21.4e9},
                 {"deepseek-v2-lite", 15.7e9, 2.66e9},
                 {"llama-4-maverick", 400.7e9, 17.2e9},
                 {"llama-4-scout", 107.8e9, 17.2e9},
                 {"qwen3-235b-a22b", 235.1e9, 22.2e9},
                 {"dbrx", 131.6e9, 36.5e9},
                 {"mixtral-8x22b", 140.6e9, 39.1e9},
                 {"mixtral-8x7b", 46.7e9, 12.9e9}};
    Arena *arena = arena_create();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const TransformerSpec *model = model_of(arena, cases[i].name);
        double total = transformer_parameters(model), active = transformer_active_parameters(model);
        cr_expect_float_eq(total, cases[i].total, 0.001 * total, "%s: %.0f", cases[i].name, total);
        cr_expect_float_eq(active, cases[i].active, 0.003 * active, "%s: %.0f", cases[i].name, active);
    }
    arena_destroy(arena);
}

/* Weights of its published files: 671,026,419,200 without the second token's module, of which 256 biases of each of 58
 * routers are left out here; Qwen's 235,093,634,560 with 94 x 2 norms of 128. */
Test(expert_models, differ_from_published_files_by_what_is_left_out) {
    Arena *arena = arena_create();
    cr_expect(eq(dbl, transformer_parameters(model_of(arena, "deepseek-v3")), 671026419200.0 - 58 * 256));
    cr_expect(eq(dbl, transformer_parameters(model_of(arena, "qwen3-235b-a22b")), 235093634560.0 - 94 * 2 * 128));
    arena_destroy(arena);
}
