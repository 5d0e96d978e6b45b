#include "models/spec.h"

#include <string.h>

static const char *const PLACEMENT_NAMES[] = {"packed", "spread", "random"};
static const char *const FIDELITY_NAMES[] = {"folded", "unfolded"};
static const char *const JOB_KIND_NAMES[] = {"training", "collective"};

/* Index of `name` among the names, -1 when it is none of them. */
static int find_name(const char *const names[], int count, const char *name) {
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *placement_name(Placement placement) {
    return PLACEMENT_NAMES[placement];
}

bool placement_find(const char *name, Placement *placement) {
    int index = find_name(PLACEMENT_NAMES, PLACEMENT_RANDOM + 1, name);
    if (index >= 0)
        *placement = (Placement)index;
    return index >= 0;
}

const char *fidelity_name(Fidelity fidelity) {
    return FIDELITY_NAMES[fidelity];
}

bool fidelity_find(const char *name, Fidelity *fidelity) {
    int index = find_name(FIDELITY_NAMES, FIDELITY_UNFOLDED + 1, name);
    if (index >= 0)
        *fidelity = (Fidelity)index;
    return index >= 0;
}

const char *job_kind_name(JobKind kind) {
    return JOB_KIND_NAMES[kind];
}

ClusterSpec cluster_default(void) {
    return (ClusterSpec){.nodes = 1, .fabric = fabric_default()};
}

JobSpec job_default(void) {
    return (JobSpec){
        .name = "job",
        .steps = 1,
        .nodes = "",
        .training = {.model = transformer_default(), .plan = plan_default()},
        .collective = {.algorithm = "auto", .from_bytes = 1048576, .to_bytes = 1073741824, .factor = 2, .repeats = 1}};
}

BackgroundSpec background_default(void) {
    return (BackgroundSpec){.name = "background", .from = "", .to = "", .counters = ""};
}

LinkEventSpec link_event_default(void) {
    return (LinkEventSpec){.link = ""};
}

SimulationSpec simulation_spec_default(void) {
    return (SimulationSpec){.name = "", .lesson = "", .seed = 1, .cluster = cluster_default()};
}
