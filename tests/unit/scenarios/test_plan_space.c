#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/reader/tree_path.h"
#include "scenarios/search/plan_scenario.h"
#include "tests/unit/scenarios/open_space.h"

static int value_count(const PlanPoints *points, const char *key) {
    const PlanDimension *dimension = plan_dimension_at(plan_dimension_find(key));
    int64_t seen[64];
    int count = 0;
    for (int i = 0; i < points->count; i++) {
        int64_t value = plan_dimension_get(dimension, &points->items[i].plan);
        int j = 0;
        while (j < count && seen[j] != value)
            j++;
        if (j == count)
            seen[count++] = value;
    }
    return count;
}

static PlanPoints list(const char *const *sets, const PlanWish *wish, Arena *arena) {
    PlanSpace space;
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert(open_space_try(&space, sets, wish, &errors), "%s", errors.count > 0 ? errors.items[0].message : "");
    return plan_space_list(&space, arena);
}

static const char *refusal(const char *const *sets, const PlanWish *wish, Arena *arena) {
    PlanSpace space;
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert_not(open_space_try(&space, sets, wish, &errors));
    return errors.items[0].message;
}

#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_SETS   ((const char *const[]){NULL})
#define WORDS(...)                                                                                                     \
    .tries = (const char *const[]) {                                                                                   \
        __VA_ARGS__                                                                                                    \
    }

Test(plan_space, what_the_plan_says_is_the_only_value) {
    Arena *arena = arena_create();
    PlanPoints points =
        list(SETS("jobs[0].plan.tensor_parallel=4", "jobs[0].plan.recompute=full"), &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&points, "tensor_parallel"), 1);
    cr_expect_eq(points.items[0].plan.tensor_parallel, 4);
    cr_expect_eq(value_count(&points, "recompute"), 1);
    cr_expect_eq(value_count(&points, "pipeline_parallel"), 3, "1, 2 and 4 of the 4 GPUs that are left");
    arena_destroy(arena);
}

Test(plan_space, a_key_of_megatron_fixes_as_well) {
    Arena *arena = arena_create();
    PlanPoints points = list(SETS("jobs[0].plan.tensor_model_parallel_size=2"), &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&points, "tensor_parallel"), 1);
    cr_expect_eq(points.items[0].plan.tensor_parallel, 2);
    arena_destroy(arena);
}

Test(plan_space, what_is_freed_is_searched_again_and_what_is_tried_has_those_values) {
    Arena *arena = arena_create();
    PlanWish wish = {WORDS("tensor_parallel=2,8", "recompute=full, none"), .try_count = 2};
    wish.frees = (const char *const[]){"micro_batch"};
    wish.free_count = 1;
    PlanPoints points = list(SETS("jobs[0].plan.micro_batch=3"), &wish, arena);
    cr_expect_eq(value_count(&points, "tensor_parallel"), 2);
    cr_expect_eq(value_count(&points, "recompute"), 2);
    cr_expect_gt(value_count(&points, "micro_batch"), 2);
    arena_destroy(arena);
}

Test(plan_space, values_that_change_nothing_are_not_listed) {
    Arena *arena = arena_create();
    PlanPoints points = list(SETS("jobs[0].plan.flash_attention=true"), &(PlanWish){0}, arena);
    for (int i = 0; i < points.count; i++) {
        const PlanSpec *plan = &points.items[i].plan;
        cr_expect(plan->tensor_parallel > 1 || !plan->sequence_parallel);
        bool one_copy = plan->data_parallel * plan->context_parallel == 1;
        cr_expect(!one_copy || plan->zero_stage == 0 || points.items[i].reason != NULL);
        cr_expect(plan->pipeline_parallel > 1 || strcmp(plan->schedule, "1f1b") == 0);
        cr_expect_neq(plan->recompute, RECOMPUTE_SELECTIVE);
    }
    arena_destroy(arena);
}

Test(plan_space, context_groups_need_fused_attention_and_leave_gpus_to_nobody_else) {
    Arena *arena = arena_create();
    PlanPoints fused = list(SETS("jobs[0].plan.flash_attention=true"), &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&fused, "context_parallel"), 5, "1, 2, 4, 8 and 16 GPUs");
    PlanPoints plain = list(NO_SETS, &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&plain, "context_parallel"), 1);
    PlanPoints fixed =
        list(SETS("jobs[0].plan.flash_attention=true", "jobs[0].plan.context_parallel=4"), &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&fixed, "tensor_parallel"), 3, "1, 2 and 4 of the 4 GPUs that are left");
    arena_destroy(arena);
}

Test(plan_space, expert_groups_divide_the_experts_and_the_copies) {
    Arena *arena = arena_create();
    PlanPoints dense = list(NO_SETS, &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&dense, "expert_parallel"), 1);
    PlanPoints points = list(SETS("jobs[0].model=mixtral-8x7b"), &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&points, "expert_parallel"), 4, "1, 2, 4 and 8 of the 8 experts");
    int sharded = 0;
    for (int i = 0; i < points.count; i++) {
        const PlanSpec *plan = &points.items[i].plan;
        cr_expect(plan->sequence_parallel == (plan->tensor_parallel > 1));
        cr_expect(plan->pipeline_parallel == 1 || plan->zero_stage < 2);
        sharded += plan->expert_parallel > 1 && plan->zero_stage == 3;
        if (points.items[i].reason != NULL)
            cr_expect_str_neq(points.items[i].key, "expert_parallel");
    }
    cr_expect_gt(sharded, 0);
    arena_destroy(arena);
}

/* Without it stages go with ZeRO-1 at most, as in Megatron-LM and DeepSpeed. */
Test(plan_space, stages_are_sharded_where_the_plan_has_a_sync) {
    static const struct {
        const char *set;
        int64_t least, most;
    } CASES[] = {{"jobs[0].plan.zero_sync=auto", 0, 1},
                 {"jobs[0].plan.zero_sync=micro_batch", 0, 3},
                 {"jobs[0].plan.zero_sync=step", 2, 3}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Arena *arena = arena_create();
        PlanPoints points = list(SETS(CASES[i].set, "jobs[0].plan.pipeline_parallel=2"), &(PlanWish){0}, arena);
        int64_t least = 3, most = 0;
        for (int point = 0; point < points.count; point++) {
            const PlanSpec *plan = &points.items[point].plan;
            if (plan->data_parallel < 2)
                continue;
            least = plan->zero_stage < least ? plan->zero_stage : least;
            most = plan->zero_stage > most ? plan->zero_stage : most;
        }
        cr_expect_eq(least, CASES[i].least, "%s: from %d", CASES[i].set, (int)least);
        cr_expect_eq(most, CASES[i].most, "%s: to %d", CASES[i].set, (int)most);
        arena_destroy(arena);
    }
}

/* Plans of a split on so many stages; all that are not refused. */
static int split_count(const PlanPoints *points, int64_t stages, StageSplit split) {
    int count = 0;
    for (int i = 0; i < points->count; i++)
        count += points->items[i].plan.pipeline_parallel == stages && points->items[i].reason == NULL &&
                 points->items[i].plan.stage_split == split;
    return count;
}

#define LAYERS(count, vocab)                                                                                           \
    "jobs[0].model={hidden_size: 2048, num_hidden_layers: " #count ", num_attention_heads: 16, vocab_size: " #vocab "}"

Test(plan_space, stages_that_do_not_divide_the_layers_are_dealt_out_by_cost) {
    Arena *arena = arena_create();
    PlanPoints points = list(SETS(LAYERS(15, 5120)), &(PlanWish){0}, arena);
    cr_expect_eq(split_count(&points, 2, STAGE_SPLIT_EVEN), 0);
    cr_expect_gt(split_count(&points, 2, STAGE_SPLIT_COST), 0);
    cr_expect_gt(split_count(&points, 4, STAGE_SPLIT_COST), 0);
    for (int i = 0; i < points.count; i++)
        cr_expect(points.items[i].reason != NULL || points.items[i].plan.stage_split != STAGE_SPLIT_COST ||
                  points.items[i].plan.split_layers != NULL);
    arena_destroy(arena);
}

Test(plan_space, ends_in_the_place_of_layers_are_tried_where_these_are_divided_with_them) {
    Arena *arena = arena_create();
    PlanPoints points = list(SETS(LAYERS(14, 25600)), &(PlanWish){0}, arena);
    cr_expect_gt(split_count(&points, 4, STAGE_SPLIT_ENDS), 0);
    cr_expect_eq(split_count(&points, 1, STAGE_SPLIT_ENDS), 0);
    cr_expect_eq(split_count(&points, 4, STAGE_SPLIT_EVEN), 0);
    arena_destroy(arena);
}

Test(plan_space, splits_that_come_to_the_same_are_one_plan) {
    Arena *arena = arena_create();
    PlanPoints light = list(SETS(LAYERS(16, 512)), &(PlanWish){0}, arena);
    PlanPoints heavy = list(SETS(LAYERS(16, 256000)), &(PlanWish){0}, arena);
    for (int64_t stages = 2; stages <= 8; stages *= 2) {
        cr_expect_gt(split_count(&light, stages, STAGE_SPLIT_EVEN), 0);
        cr_expect_eq(split_count(&light, stages, STAGE_SPLIT_COST), 0, "%d stages", (int)stages);
        cr_expect_gt(split_count(&heavy, stages, STAGE_SPLIT_COST), 0, "%d stages", (int)stages);
    }
    cr_expect_eq(split_count(&heavy, 1, STAGE_SPLIT_COST), 0);
    arena_destroy(arena);
}

Test(plan_space, stages_far_from_even_are_refused_with_their_reason) {
    Arena *arena = arena_create();
    PlanPoints points = list(SETS(LAYERS(10, 5120)), &(PlanWish){0}, arena);
    int seen = 0;
    for (int i = 0; i < points.count; i++) {
        if (points.items[i].plan.pipeline_parallel != 8)
            continue;
        cr_assert_not_null(points.items[i].reason);
        seen += strcmp(points.items[i].reason,
                       "found 8 stages of 1 chunks, expected them to divide the model's 10 layers") == 0;
    }
    cr_expect_gt(seen, 0);
    PlanWish wish = {WORDS("stage_split=cost"), .try_count = 1};
    PlanPoints tried = list(SETS(LAYERS(10, 5120)), &wish, arena);
    cr_expect_gt(split_count(&tried, 8, STAGE_SPLIT_COST), 0, "whoever asks for it gets it");
    arena_destroy(arena);
}

Test(plan_space, what_the_plan_says_of_its_stages_is_the_only_split) {
    static const char *const SAID[] = {"jobs[0].plan.head_as_layer=true", "jobs[0].plan.first_stage_layers=3",
                                       "jobs[0].plan.stage_split=ends"};
    for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++) {
        Arena *arena = arena_create();
        PlanPoints points = list(SETS(LAYERS(15, 25600), SAID[i]), &(PlanWish){0}, arena);
        cr_expect_eq(value_count(&points, "stage_split"), 1, "%s", SAID[i]);
        arena_destroy(arena);
    }
}

Test(plan_space, whole_experts_are_tried_beside_split_ones) {
    Arena *arena = arena_create();
    PlanPoints dense = list(NO_SETS, &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&dense, "expert_tensor_parallel"), 1);
    PlanPoints points =
        list(SETS("jobs[0].model=mixtral-8x7b", "jobs[0].plan.tensor_parallel=4"), &(PlanWish){0}, arena);
    cr_expect_eq(value_count(&points, "expert_tensor_parallel"), 2, "1 and 4");
    int folded = 0;
    for (int i = 0; i < points.count; i++) {
        const PlanSpec *plan = &points.items[i].plan;
        bool whole = plan->expert_tensor_parallel == 1;
        folded += whole && plan->expert_parallel > plan->data_parallel * plan->context_parallel;
        cr_expect(!whole || plan->expert_parallel % 4 == 0 || points.items[i].reason != NULL);
    }
    cr_expect_gt(folded, 0);
    arena_destroy(arena);
}

Test(plan_space, a_plan_that_cannot_be_says_why_and_for_which_key) {
    Arena *arena = arena_create();
    PlanWish wish = {WORDS("pipeline_parallel=16"), .try_count = 1};
    PlanPoints points = list(SETS("jobs[0].plan.tensor_parallel=1"), &wish, arena);
    cr_assert_not_null(points.items[0].reason);
    cr_expect_str_eq(points.items[0].reason,
                     "found 16 stages of 1 chunks, expected them to divide the model's 36 layers");
    cr_expect_str_eq(points.items[0].key, "pipeline_parallel");
    arena_destroy(arena);
}

Test(plan_space, no_plan_is_listed_twice) {
    Arena *arena = arena_create();
    PlanPoints points = list(NO_SETS, &(PlanWish){0}, arena);
    for (int i = 0; i < points.count; i += 7)
        for (int j = i + 1; j < points.count; j++) {
            bool same = true;
            for (int k = 0; k < plan_dimension_count() && same; k++)
                same = plan_dimension_get(plan_dimension_at(k), &points.items[i].plan) ==
                       plan_dimension_get(plan_dimension_at(k), &points.items[j].plan);
            cr_expect_not(same, "%d and %d", i, j);
        }
    arena_destroy(arena);
}

Test(plan_space, a_plan_of_it_is_a_scenario_that_says_all_of_it) {
    Arena *arena = arena_create();
    PlanSpace space;
    ErrorList errors;
    error_list_init(&errors, arena);
    PlanWish wish = {.frees = (const char *const[]){"tensor_parallel"}, .free_count = 1, .gpus = "8"};
    const char *const *sets = SETS("jobs[0].plan.tensor_model_parallel_size=4", "jobs[0].plan.precision=bf16");
    cr_assert(open_space_try(&space, sets, &wish, &errors));
    PlanPoints points = plan_space_list(&space, arena);
    const YamlNode *tree = plan_scenario_of(&space, &points.items[0], &errors);
    const YamlNode *plan = tree_path_find(tree, "jobs[0].plan");
    cr_expect_null(yaml_node_pair(plan, "tensor_model_parallel_size"));
    cr_expect_str_eq(yaml_node_pair(plan, "tensor_parallel")->value->text, "1");
    cr_expect_str_eq(yaml_node_pair(plan, "precision")->value->text, "bf16");
    cr_expect_str_eq(tree_path_find(tree, "jobs[0].gpus")->text, "8");
    for (int i = 0; i < plan_dimension_count(); i++)
        cr_expect_not_null(yaml_node_pair(plan, plan_dimension_at(i)->key), "%s", plan_dimension_at(i)->key);
    cr_expect_not_null(tree_path_find(space.tree, "jobs[0].plan.tensor_model_parallel_size"), "the search's own stays");
    arena_destroy(arena);
}

Test(plan_space, mistakes_are_named) {
    Arena *arena = arena_create();
    cr_expect_str_eq(
        refusal(NO_SETS, &(PlanWish){WORDS("tensor=4"), .try_count = 1}, arena),
        "found \"tensor\", expected one of tensor_parallel, pipeline_parallel, context_parallel, "
        "expert_tensor_parallel, expert_parallel, virtual_stages, schedule, stage_split, micro_batch, recompute, "
        "sequence_parallel, zero_stage");
    cr_expect_str_eq(refusal(NO_SETS, &(PlanWish){WORDS("tensor_parallel"), .try_count = 1}, arena),
                     "found \"tensor_parallel\", expected name=value,value");
    cr_expect_str_eq(refusal(NO_SETS, &(PlanWish){.gpus = "8,17"}, arena),
                     "found 17, expected whole numbers from 1 to the cluster's 16, parted by commas");
    cr_expect_str_eq(
        refusal(SETS("sweep={\"cluster.nodes\": [1, 2]}"), &(PlanWish){0}, arena),
        "found a sweep, expected none (--set sweep={}): the search tries its own values; --try names them");
    cr_expect_str_eq(refusal(SETS("jobs=[{model: gpt-1.7b, sequence_length: 2048}]"), &(PlanWish){0}, arena),
                     "found none, expected the sequences of a step: plans are compared at the same batch");
    cr_expect_str_eq(refusal(SETS("link_events=[{link: \"node[0]\", at: 1 s, speed: 0.5}]"), &(PlanWish){0}, arena),
                     "found other jobs, traffic or events, expected one training job that has the cluster for itself");
    arena_destroy(arena);
}
