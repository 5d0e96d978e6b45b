/*
 * scenario: a scenario file read, checked and turned into a spec. Several files are laid over each other from left to
 * right, then single values are set, which
 * replace the axis of a sweep over the same path, then everything is read at once: the errors of all of it are in one
 * list. The points of a sweep are specs of the same tree with other values set.
 */
#ifndef SCENARIOS_READER_SCENARIO_H
#define SCENARIOS_READER_SCENARIO_H

#include "scenarios/reader/axes.h"
#include "scenarios/reader/catalogue.h"
#include "scenarios/reader/goal.h"
#include "scenarios/reader/schema.h"

/* What to read. Texts must outlive the scenario. */
typedef struct ScenarioSource {
    const char *const *files; /* at least one; later ones lie over earlier ones */
    int file_count;
    const char *const *sets; /* "path.to.key=value" */
    int set_count;
    Catalogue catalogue; /* where to look after the folders of the files */
    bool plans_open;     /* SimulationSpec's */
} ScenarioSource;

typedef struct Scenario {
    SimulationSpec spec; /* without the sweep's values */
    ScenarioOutputs outputs;
    const SweepAxis *axes;
    int axis_count;    /* 0 = no sweep */
    bool sweep_is_set; /* by a set, in whole or in part: goals of the files may name points that are gone */
    const Goal *goals;
    int goal_count;
    const YamlNode *tree; /* all files and sets together; catalogue names as written */
    Catalogue catalogue;
    ErrorList notes; /* no mistakes: where a set replaced an axis of the sweep */
} Scenario;

/* Reads and checks everything; NULL and at least one error when there is a mistake. All of it belongs to the arena. */
Scenario *scenario_read(const ScenarioSource *source, Arena *arena, ErrorList *errors);

/*
 * The spec with values[i] on axis i, in an arena of its own so that points can be read in threads; false and errors
 * when the values make no spec. NULL in `values` leaves the axis as it is in the file.
 */
bool scenario_spec_at(const Scenario *scenario, const char *const *values, Arena *arena, SimulationSpec *spec,
                      ErrorList *errors);

#endif
