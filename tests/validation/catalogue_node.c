#include "tests/validation/catalogue_node.h"

#include "tests/unit/scenarios/small_scenario.h"

NodeSpec catalogue_node(Arena *arena, const char *name) {
    return SMALL_SCENARIO(arena, arena_format(arena, "cluster.node=%s", name))->spec.cluster.node;
}
