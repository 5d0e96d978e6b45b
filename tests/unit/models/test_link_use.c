#include "models/account/link_use.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/models/small_cluster.h"

typedef struct Shape {
    const char *topology;
    int nodes, gpus, tensor, pipeline;
} Shape;

static const Shape SHAPES[] = {{"leaf_spine", 4, 4, 4, 1},     {"leaf_spine", 4, 4, 2, 2}, {"leaf_spine", 6, 2, 2, 3},
                               {"rail_optimised", 4, 4, 4, 2}, {"fat_tree", 4, 4, 1, 1},   {"torus", 4, 4, 4, 1}};

static const Results *run_shape(const Shape *shape, Fidelity fidelity, Arena *arena) {
    SimulationSpec spec = small_cluster(arena, shape->nodes, shape->gpus);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = shape->tensor;
    plan->pipeline_parallel = shape->pipeline;
    spec.fidelity = fidelity;
    spec.cluster.fabric.topology = shape->topology;
    spec.cluster.fabric.routing = ROUTING_SPRAY;
    spec.cluster.fabric.nodes_per_leaf = 2;
    spec.cluster.fabric.torus_x = shape->nodes;
    spec.jobs[0].training.model.layers = 6;
    small_cluster_resolve(arena, &spec);
    return simulation_run(&spec, arena);
}

Test(link_use, every_link_carries_the_same_folded_and_unfolded) {
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
        Arena *arena = arena_create();
        const Results *folded = run_shape(&SHAPES[i], FIDELITY_FOLDED, arena);
        const Results *unfolded = run_shape(&SHAPES[i], FIDELITY_UNFOLDED, arena);
        cr_assert_gt(folded->link_count, 0);
        cr_assert_eq(folded->link_count, unfolded->link_count);
        for (int link = 0; link < folded->link_count; link++) {
            const LinkUse *one = &folded->links[link], *other = &unfolded->links[link];
            cr_assert_str_eq(one->name, other->name);
            cr_assert_float_eq(one->bytes, other->bytes, 1e-6 * other->bytes + 1, "shape %zu: %s carries %g, not %g", i,
                               one->name, one->bytes, other->bytes);
        }
        arena_destroy(arena);
    }
}

static double sum_of(const Results *results, LinkKind kind, const char *end) {
    double bytes = 0;
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        size_t length = strlen(use->name);
        if (use->kind == kind && strcmp(use->name + length - strlen(end), end) == 0)
            bytes += use->bytes;
    }
    return bytes;
}

Test(link_use, what_leaves_by_nics_and_ports_arrives) {
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
        Arena *arena = arena_create();
        const Results *results = run_shape(&SHAPES[i], FIDELITY_FOLDED, arena);
        double nics = sum_of(results, LINK_NIC, ".out"), ports = sum_of(results, LINK_NVLINK, ".out");
        cr_assert_gt(nics, 1e6);
        cr_assert_float_eq(nics, sum_of(results, LINK_NIC, ".in"), 1e-9 * nics);
        cr_assert_float_eq(ports, sum_of(results, LINK_NVLINK, ".in"), 1e-9 * ports + 1);
        arena_destroy(arena);
    }
}

Test(link_use, no_link_carries_more_than_it_can) {
    Arena *arena = arena_create();
    const Results *results = run_shape(&SHAPES[1], FIDELITY_FOLDED, arena);
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        cr_assert(use->mean_fraction >= 0 && use->mean_fraction <= 1 + 1e-9, "%s: %g", use->name, use->mean_fraction);
        cr_assert_float_eq(use->fullest_fraction, use->mean_fraction, 1e-12, "a row is one link");
        cr_assert_eq(use->links, 1);
    }
    arena_destroy(arena);
}

Test(link_use, links_of_a_leaf_hang_on_it_and_nics_on_the_leaf_of_their_node) {
    Arena *arena = arena_create();
    const Results *results = run_shape(&SHAPES[1], FIDELITY_FOLDED, arena);
    for (int i = 0; i < results->link_count; i++) {
        const LinkUse *use = &results->links[i];
        bool out = use->kind == LINK_NIC && use->from.level == FABRIC_NODE;
        if (out) {
            cr_assert_eq(use->to.level, FABRIC_SWITCH);
            cr_assert_eq(use->to.index, use->from.index / 2, "%s", use->name);
        }
        if (strcmp(use->name, "leaf[1].down") == 0) {
            cr_assert(use->from.level == FABRIC_AGGREGATION && use->to.level == FABRIC_SWITCH && use->to.index == 1);
        }
    }
    arena_destroy(arena);
}
