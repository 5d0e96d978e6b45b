#include "models/hardware/graph_plan.h"

/* NULL = the usual type. */
static const NodePorts *other_type(const GraphPlan *plan, int host) {
    int type = plan->mix ? plan->mix->type_of_node[host] : 0;
    return type > 0 ? &plan->mix->others[type - 1] : NULL;
}

int graph_plan_nics(const GraphPlan *plan, int host) {
    const NodePorts *other = other_type(plan, host);
    return other ? other->nics : plan->nics;
}

double graph_plan_nic_bytes_per_s(const GraphPlan *plan, int host) {
    const NodePorts *other = other_type(plan, host);
    return other ? other->nic.bytes_per_s : plan->nic_bytes_per_s;
}

const char *graph_plan_name(const GraphPlan *plan, int vertex, Arena *arena) {
    const GraphVertex *named = &plan->vertices[vertex];
    return named->index < 0 ? named->word : arena_format(arena, "%s[%d]", named->word, named->index);
}
