#include "models/hardware/graph_plan.h"

const char *graph_plan_name(const GraphPlan *plan, int vertex, Arena *arena) {
    const GraphVertex *named = &plan->vertices[vertex];
    return named->index < 0 ? named->word : arena_format(arena, "%s[%d]", named->word, named->index);
}
