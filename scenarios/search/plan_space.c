#include "scenarios/search/plan_space.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/cluster/placement.h"
#include "models/cost/stage_split.h"
#include "models/job_resolve.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/tree_path.h"
#include "scenarios/reader/yaml_tree.h"
#include "sim/engine/array.h"

static const char PLAN_PATH[] = "jobs[0].plan";

typedef bool ReadValue(void *context, const YamlNode *node, int64_t *value, ErrorList *errors);

static bool has_value(const PlanChoice *choice, int64_t value) {
    bool found = false;
    for (int i = 0; i < choice->count && !found; i++)
        found = choice->values[i] == value;
    return found;
}

/* The list behind a word, "4,8", each value once; an empty one when there was an error. */
static PlanChoice read_list(const char *text, ErrorPlace place, ReadValue *read, void *context, ErrorList *errors) {
    Arena *arena = errors->arena;
    const YamlNode *list = yaml_tree_read_text(arena_format(arena, "values: [%s]", text), place, arena, errors);
    YamlPair *pair = list != NULL ? yaml_node_pair(list, "values") : NULL;
    int before = errors->count;
    if (pair == NULL)
        return (PlanChoice){0};
    int64_t *values = ARENA_ARRAY(arena, pair->value->count, int64_t);
    PlanChoice choice = {.values = values};
    for (int i = 0; i < pair->value->count; i++)
        if (read(context, pair->value->pairs[i].value, &values[choice.count], errors) &&
            !has_value(&choice, values[choice.count]))
            choice.count++;
    if (pair->value->count == 0)
        error_list_add(errors, place, NULL, "found no value, expected some, parted by commas");
    return errors->count == before ? choice : (PlanChoice){0};
}

static bool read_value(void *context, const YamlNode *node, int64_t *value, ErrorList *errors) {
    return plan_dimension_read(context, node, value, errors);
}

static bool read_gpus(void *context, const YamlNode *node, int64_t *value, ErrorList *errors) {
    const SimulationSpec *spec = context;
    int64_t most = cluster_gpu_count(&spec->cluster);
    char *end = NULL;
    *value = node->text != NULL ? strtoll(node->text, &end, 10) : 0;
    if (node->text != NULL && *end == '\0' && *value >= 1 && *value <= most)
        return true;
    error_list_add(errors, (ErrorPlace){.file = "--gpus"}, NULL,
                   "found %s, expected whole numbers from 1 to the cluster's %" PRId64 ", parted by commas",
                   yaml_node_shown(node, errors->arena), most);
    return false;
}

static const char *dimension_names(Arena *arena) {
    const char *names = "";
    for (int i = 0; i < plan_dimension_count(); i++)
        names = arena_format(arena, "%s%s%s", names, i > 0 ? ", " : "", plan_dimension_at(i)->key);
    return names;
}

/* Index of the dimension of a name; -1 after an error. */
static int find_dimension(const char *name, const char *option, ErrorList *errors) {
    int index = plan_dimension_find(name);
    if (index < 0)
        error_list_add(errors, (ErrorPlace){.file = option}, NULL, "found \"%s\", expected one of %s",
                       yaml_node_shown_text(name, errors->arena), dimension_names(errors->arena));
    return index;
}

/* What the scenario's plan says is the only value. */
static void fix_written(PlanSpace *space, const Scenario *scenario, Arena *arena) {
    const YamlNode *plan = tree_path_find(scenario->tree, PLAN_PATH);
    for (int i = 0; plan != NULL && plan->kind == YAML_MAPPING && i < plan->count; i++) {
        int index = plan_dimension_find(plan->pairs[i].key);
        if (index < 0)
            continue;
        int64_t *value = ARENA_NEW(arena, int64_t);
        *value = plan_dimension_get(plan_dimension_at(index), &space->spec->jobs[0].training.plan);
        space->choices[index] = (PlanChoice){value, 1};
    }
}

static void open_again(PlanSpace *space, const PlanWish *wish, ErrorList *errors) {
    for (int i = 0; i < wish->free_count; i++) {
        if (strcmp(wish->frees[i], "all") == 0) {
            memset(space->choices, 0, sizeof space->choices);
            continue;
        }
        int index = find_dimension(wish->frees[i], "--free", errors);
        if (index >= 0)
            space->choices[index] = (PlanChoice){0};
    }
}

/* Whether an earlier --try names the same key; an error tells where the values belong. */
static bool is_tried(const PlanWish *wish, int index, size_t key_bytes, ErrorList *errors) {
    for (int i = 0; i < index; i++) {
        if (strncmp(wish->tries[i], wish->tries[index], key_bytes + 1) != 0)
            continue;
        error_list_add(errors, (ErrorPlace){.file = "--try"}, NULL,
                       "found \"%.*s\" again, expected it once, its values parted by commas", (int)key_bytes,
                       wish->tries[index]);
        return true;
    }
    return false;
}

static void take_tries(PlanSpace *space, const PlanWish *wish, ErrorList *errors) {
    for (int i = 0; i < wish->try_count; i++) {
        const char *text = wish->tries[i], *equals = strchr(text, '=');
        ErrorPlace place = {.file = "--try"};
        if (equals == NULL) {
            error_list_add(errors, place, NULL, "found \"%s\", expected name=value,value",
                           yaml_node_shown_text(text, errors->arena));
            continue;
        }
        int index = find_dimension(arena_format(errors->arena, "%.*s", (int)(equals - text), text), "--try", errors);
        if (index >= 0 && !is_tried(wish, i, (size_t)(equals - text), errors))
            space->choices[index] = read_list(equals + 1, place, read_value, (void *)plan_dimension_at(index), errors);
    }
}

static void check_scenario(const Scenario *scenario, ErrorList *errors) {
    const SimulationSpec *spec = &scenario->spec;
    const YamlNode *tree = scenario->tree;
    if (scenario->axis_count > 0)
        error_list_add(
            errors, tree_path_place(tree, "sweep"), "sweep",
            "found a sweep, expected none (--set sweep={}): the search tries its own values; --try names them");
    if (!simulation_spec_is_one_job(spec) || spec->jobs[0].kind != JOB_TRAINING) {
        error_list_add(
            errors, tree_path_place(tree, "jobs"), "jobs",
            "found other jobs, traffic or events, expected one training job that has the cluster for itself");
        return;
    }
    if (spec->jobs[0].training.plan.global_batch_seqs == 0)
        error_list_add(errors, tree_path_place(tree, PLAN_PATH), "jobs[0].plan.global_batch",
                       "found none, expected the sequences of a step: plans are compared at the same batch");
}

/* Every number of GPUs must find its place: on the nodes that the job names, say. */
static void check_places(const PlanSpace *space, Arena *arena, ErrorList *errors) {
    for (int i = 0; i < space->gpus.count; i++) {
        SimulationSpec spec = *space->spec;
        JobSpec job = spec.jobs[0];
        job.gpus = space->gpus.values[i];
        spec.jobs = &job;
        placement_of_jobs(&spec, arena, errors);
    }
}

bool plan_space_open(PlanSpace *space, const Scenario *scenario, const PlanWish *wish, Arena *arena,
                     ErrorList *errors) {
    int before = errors->count;
    *space = (PlanSpace){.spec = &scenario->spec, .tree = scenario->tree};
    check_scenario(scenario, errors);
    if (errors->count > before)
        return false;
    fix_written(space, scenario, arena);
    open_again(space, wish, errors);
    take_tries(space, wish, errors);
    if (wish->gpus != NULL)
        space->gpus = read_list(wish->gpus, (ErrorPlace){.file = "--gpus"}, read_gpus, (void *)&scenario->spec, errors);
    check_places(space, arena, errors);
    return errors->count == before;
}

typedef struct Kept {
    const void *at;
    size_t bytes;
} Kept;

/* The points found so far, and the job with what is chosen so far. */
typedef struct Listing {
    const PlanSpace *space;
    SimulationSpec spec; /* the plans of it are settled */
    Arena *arena;
    PlanPoint *items;
    size_t capacity;
    size_t count;
    const char *latest_key;
    Kept split;                /* the latest; many plans have those of the one before */
    Kept list_chunks;          /* the same */
    const char *latest_reason; /* most refused plans are refused for the reason of the one before */
} Listing;

static const char *keep(Listing *listing, const char **latest, const char *text) {
    if (*latest == NULL || strcmp(*latest, text) != 0)
        *latest = arena_text(listing->arena, text);
    return *latest;
}

/* "schedule" of "jobs[0].plan.schedule". */
static const char *last_key(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot != NULL ? dot + 1 : path;
}

/* Whether an earlier split of the same plan says the same: as many layers everywhere, or why it cannot be. */
static bool is_listed_already(const Listing *listing, const TrainingSpec *training, bool refused) {
    StageSplit split = training->plan.stage_split;
    bool found = false;
    if (listing->space->choices[plan_dimension_find("stage_split")].count > 0)
        return false;
    for (StageSplit other = STAGE_SPLIT_EVEN; other < split && !found; other++)
        found = refused ? stage_split_divides(training, other) : stage_split_is_like(training, other);
    return found;
}

/* The same bytes where they live as long as the list. */
static const void *keep_bytes(Listing *listing, Kept *latest, const void *from, size_t bytes) {
    if (from == NULL)
        return NULL;
    if (latest->at == NULL || latest->bytes != bytes || memcmp(latest->at, from, bytes) != 0)
        *latest = (Kept){memcpy(arena_allocate(listing->arena, bytes), from, bytes), bytes};
    return latest->at;
}

/* What stages hold. */
static void keep_stages(Listing *listing, PlanSpec *plan) {
    size_t chunks = (size_t)(plan->pipeline_parallel * plan->virtual_stages);
    plan->split_layers = keep_bytes(listing, &listing->split, plan->split_layers, chunks * sizeof *plan->split_layers);
    plan->list_chunks =
        keep_bytes(listing, &listing->list_chunks, plan->list_chunks, chunks * sizeof *plan->list_chunks);
}

static void append(Listing *listing, const JobSpec *job, const ErrorList *errors) {
    PlanPoint point = {.gpus = job->gpus, .plan = job->training.plan};
    if (errors->count == 0)
        keep_stages(listing, &point.plan);
    if (errors->count > 0) {
        point.plan.split_layers = NULL;
        point.plan.list_chunks = NULL;
        point.reason = keep(listing, &listing->latest_reason, errors->items[0].message);
        point.key = keep(listing, &listing->latest_key, last_key(errors->items[0].path));
    }
    listing->items = array_grow(listing->items, &listing->capacity, listing->count + 1, sizeof *listing->items);
    listing->items[listing->count++] = point;
}

static void add_point(Listing *listing, const JobSpec *chosen) {
    Arena *scratch = arena_create();
    ErrorList errors;
    error_list_init(&errors, scratch);
    JobSpec job = *chosen;
    job_resolve(&listing->spec, &job, &errors);
    if (!is_listed_already(listing, &job.training, errors.count > 0))
        append(listing, &job, &errors);
    arena_destroy(scratch);
}

static void descend(Listing *listing, int index, const JobSpec *chosen) {
    const PlanDimension *dimension = plan_dimension_at(index);
    if (listing->count > PLAN_SPACE_MOST_PLANS)
        return;
    if (dimension == NULL) {
        add_point(listing, chosen);
        return;
    }
    int64_t worth[PLAN_DIMENSION_MOST_VALUES];
    PlanChoice choice = listing->space->choices[index];
    if (choice.count == 0)
        choice = (PlanChoice){worth, dimension->list(chosen, worth)};
    for (int i = 0; i < choice.count; i++) {
        JobSpec job = *chosen;
        plan_dimension_set(dimension, &job.training.plan, choice.values[i]);
        descend(listing, index + 1, &job);
    }
}

/* Dimensions that are not chosen yet are at their only value, or at the default. */
static void start(const PlanSpace *space, PlanSpec *plan) {
    PlanSpec usual = plan_default();
    for (int i = 0; i < plan_dimension_count(); i++) {
        const PlanDimension *dimension = plan_dimension_at(i);
        const PlanChoice *choice = &space->choices[i];
        bool only = choice->count == 1;
        plan_dimension_set(dimension, plan, only ? choice->values[0] : plan_dimension_get(dimension, &usual));
    }
}

PlanPoints plan_space_list(const PlanSpace *space, Arena *arena) {
    Listing listing = {.space = space, .spec = *space->spec, .arena = arena};
    listing.spec.plans_open = false;
    const int64_t *gpus = space->gpus.count > 0 ? space->gpus.values : &space->spec->jobs[0].gpus;
    int count = space->gpus.count > 0 ? space->gpus.count : 1;
    for (int i = 0; i < count; i++) {
        JobSpec job = space->spec->jobs[0];
        job.gpus = gpus[i];
        start(space, &job.training.plan);
        descend(&listing, 0, &job);
    }
    PlanPoints points = {.count = (int)listing.count};
    points.cut = points.count > PLAN_SPACE_MOST_PLANS;
    PlanPoint *items = ARENA_ARRAY(arena, points.count, PlanPoint);
    if (points.count > 0)
        memcpy(items, listing.items, listing.count * sizeof *items);
    points.items = items;
    free(listing.items);
    return points;
}
