#include "models/spec.h"

#include <math.h>

static const char *const PLACEMENT_NAMES[] = {"packed", "spread", "random"};
static const char *const SOFTWARE_NAMES[SOFTWARE_COUNT] = {"measured", "read", "unknown"};
static const char *const FIDELITY_NAMES[] = {"folded", "unfolded"};
static const char *const JOB_KIND_NAMES[] = {"training", "collective"};

const char *placement_name(Placement placement) {
    return PLACEMENT_NAMES[placement];
}

const char *software_known_name(SoftwareKnown known) {
    return SOFTWARE_NAMES[known];
}

const char *fidelity_name(Fidelity fidelity) {
    return FIDELITY_NAMES[fidelity];
}

const char *job_kind_name(JobKind kind) {
    return JOB_KIND_NAMES[kind];
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

LoaderSpec loader_default(void) {
    return (LoaderSpec){.copied_bytes = NAN, .workers = 1};
}

CheckpointSpec checkpoint_default(void) {
    return (CheckpointSpec){0};
}

bool simulation_spec_is_one_job(const SimulationSpec *spec) {
    return spec->job_count == 1 && spec->background_count == 0 && spec->link_event_count == 0;
}

SimulationSpec simulation_spec_default(void) {
    return (SimulationSpec){.name = "", .lesson = "", .seed = 1, .cluster = cluster_default()};
}
