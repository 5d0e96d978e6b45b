#include "models/hardware/graph_check.h"

#include <stdlib.h>

/* Of one kind of mistake; the rest is left out. */
enum { REPORTS_MAX = 20 };

static bool check_ends(const GraphPlan *plan, const GraphCable *cable, ErrorList *errors) {
    const char *from = graph_plan_name(plan, cable->ends[0], errors->arena);
    const char *to = graph_plan_name(plan, cable->ends[1], errors->arena);
    bool from_host = cable->ends[0] < plan->hosts, to_host = cable->ends[1] < plan->hosts;
    if (cable->ends[0] == cable->ends[1])
        error_list_add(errors, cable->place, cable->path, "found a link from %s to itself, expected two ends", from);
    else if (from_host && to_host)
        error_list_add(errors, cable->place, cable->path,
                       "found a link between the hosts %s and %s, expected a switch at one end", from, to);
    else if (!from_host && !to_host && !(cable->bytes_per_s > 0))
        error_list_add(errors, cable->place, cable->path,
                       "found no bandwidth between the switches %s and %s, expected `bandwidth`", from, to);
    else
        return true;
    return false;
}

/* A cable by its ends, for sorting. */
typedef struct EndPair {
    int low;
    int high;
    int cable;
} EndPair;

static int compare_pairs(const void *left, const void *right) {
    const EndPair *one = left, *other = right;
    if (one->low != other->low)
        return one->low < other->low ? -1 : 1;
    if (one->high != other->high)
        return one->high < other->high ? -1 : 1;
    return one->cable < other->cable ? -1 : one->cable > other->cable;
}

/* One error per written link, for the first of its cables that repeats another. */
static void report_double(const GraphPlan *plan, const EndPair *pair, const char **last_path, ErrorList *errors) {
    const GraphCable *cable = &plan->cables[pair->cable];
    if (*last_path == cable->path)
        return;
    *last_path = cable->path;
    error_list_add(errors, cable->place, cable->path,
                   "found a second link between %s and %s, expected one, with `count` for cables side by side",
                   graph_plan_name(plan, cable->ends[0], errors->arena),
                   graph_plan_name(plan, cable->ends[1], errors->arena));
}

static void check_doubles(const GraphPlan *plan, ErrorList *errors) {
    Arena *scratch = arena_create();
    EndPair *pairs = ARENA_ARRAY(scratch, plan->cable_count, EndPair);
    const char *last_path = NULL;
    for (int i = 0; i < plan->cable_count; i++) {
        const int *ends = plan->cables[i].ends;
        bool ordered = ends[0] < ends[1];
        pairs[i] = (EndPair){ends[!ordered], ends[ordered], i};
    }
    qsort(pairs, (size_t)plan->cable_count, sizeof *pairs, compare_pairs);
    for (int i = 1; i < plan->cable_count; i++)
        if (pairs[i].low == pairs[i - 1].low && pairs[i].high == pairs[i - 1].high)
            report_double(plan, &pairs[i], &last_path, errors);
    arena_destroy(scratch);
}

bool graph_check_cables(const GraphPlan *plan, ErrorList *errors) {
    int before = errors->count;
    const char *last_path = NULL;
    for (int i = 0; i < plan->cable_count; i++) {
        const GraphCable *cable = &plan->cables[i];
        if (cable->path != last_path && !check_ends(plan, cable, errors))
            last_path = cable->path;
    }
    if (errors->count == before)
        check_doubles(plan, errors);
    return errors->count == before;
}

/* The number of the part that each vertex belongs to, by joining sets; hosts join nothing: they do not forward. */
typedef struct Parts {
    int *above; /* [hosts + switches] */
} Parts;

static int part_of(Parts *parts, int vertex) {
    while (parts->above[vertex] != vertex) {
        parts->above[vertex] = parts->above[parts->above[vertex]];
        vertex = parts->above[vertex];
    }
    return vertex;
}

static void join_switches(const GraphPlan *plan, Parts *parts) {
    for (int i = 0; i < plan->hosts + plan->switches; i++)
        parts->above[i] = i;
    for (int i = 0; i < plan->cable_count; i++) {
        const int *ends = plan->cables[i].ends;
        if (ends[0] >= plan->hosts && ends[1] >= plan->hosts)
            parts->above[part_of(parts, ends[0])] = part_of(parts, ends[1]);
    }
}

/* What is known of a part, and of a host with respect to the parts. */
typedef struct Census {
    Parts parts;
    bool *has_hosts; /* [vertex that stands for a part] */
    int *reached;    /* [hosts] parts that the host is on */
    int part_count;  /* parts with hosts */
} Census;

static int compare_cables_by_host(const void *left, const void *right) {
    const EndPair *one = left, *other = right;
    return one->low != other->low ? (one->low < other->low ? -1 : 1) : one->high - other->high;
}

/* Host and part of every cable of a host, each once. */
static void count_parts(const GraphPlan *plan, Census *census, Arena *arena) {
    EndPair *pairs = ARENA_ARRAY(arena, plan->cable_count, EndPair);
    int count = 0;
    for (int i = 0; i < plan->cable_count; i++) {
        int low = plan->cables[i].ends[0], high = plan->cables[i].ends[1];
        if (low < plan->hosts || high < plan->hosts)
            pairs[count++] = (EndPair){low < high ? low : high, part_of(&census->parts, low < high ? high : low), i};
    }
    qsort(pairs, (size_t)count, sizeof *pairs, compare_cables_by_host);
    for (int i = 0; i < count; i++) {
        if (i > 0 && pairs[i].low == pairs[i - 1].low && pairs[i].high == pairs[i - 1].high)
            continue;
        census->reached[pairs[i].low]++;
        census->part_count += !census->has_hosts[pairs[i].high];
        census->has_hosts[pairs[i].high] = true;
    }
}

static void check_switches(const GraphPlan *plan, Census *census, ErrorList *errors) {
    const char *last_path = NULL;
    int reports = 0;
    for (int i = plan->hosts; i < plan->hosts + plan->switches; i++) {
        const GraphVertex *vertex = &plan->vertices[i];
        if (census->has_hosts[part_of(&census->parts, i)] || vertex->path == last_path)
            continue;
        last_path = vertex->path;
        if (++reports > REPORTS_MAX)
            return;
        error_list_add(errors, vertex->place, vertex->path,
                       "found the switch %s, which no host reaches, expected a way to it or no such switch",
                       graph_plan_name(plan, i, errors->arena));
    }
}

static void check_hosts(const GraphPlan *plan, const Census *census, ErrorList *errors) {
    const char *last_path = NULL;
    int reports = 0;
    for (int i = 0; i < plan->hosts; i++) {
        const GraphVertex *vertex = &plan->vertices[i];
        if (census->reached[i] == census->part_count || vertex->path == last_path)
            continue;
        last_path = vertex->path;
        if (++reports > REPORTS_MAX)
            return;
        const char *name = graph_plan_name(plan, i, errors->arena);
        if (census->reached[i] == 0)
            error_list_add(errors, vertex->place, vertex->path, "found the host %s without a link, expected one", name);
        else
            error_list_add(errors, vertex->place, vertex->path,
                           "found the host %s on %d of %d separate networks, expected a way to every other host", name,
                           census->reached[i], census->part_count);
    }
}

bool graph_check_parts(const GraphPlan *plan, ErrorList *errors) {
    int before = errors->count, vertices = plan->hosts + plan->switches;
    Arena *scratch = arena_create();
    Census census = {.parts = {ARENA_ARRAY(scratch, vertices, int)},
                     .has_hosts = ARENA_ARRAY(scratch, vertices, bool),
                     .reached = ARENA_ARRAY(scratch, plan->hosts, int)};
    join_switches(plan, &census.parts);
    count_parts(plan, &census, scratch);
    check_switches(plan, &census, errors);
    check_hosts(plan, &census, errors);
    arena_destroy(scratch);
    return errors->count == before;
}
