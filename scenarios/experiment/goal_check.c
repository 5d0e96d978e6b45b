#include "scenarios/experiment/goal_check.h"

#include <math.h>
#include <string.h>

#include "models/account/sweep_names.h"
#include "scenarios/reader/spelling.h"

/* A goal at one point of the sweep, for the lookup. */
typedef struct Standpoint {
    const SweepResults *sweep;
    int point; /* for sides that say no point */
} Standpoint;

/* "nodes" and "cluster.nodes" name the parameter cluster.nodes; -1 = none, or several that end so. */
static int find_parameter(const SweepResults *sweep, const char *path) {
    int found = -1;
    int count = 0;
    for (int i = 0; i < sweep->parameter_count; i++) {
        const char *parameter = sweep->parameters[i];
        size_t longer = strlen(parameter) > strlen(path) ? strlen(parameter) - strlen(path) : 0;
        bool is_end = longer > 0 && parameter[longer - 1] == '.' && strcmp(parameter + longer, path) == 0;
        if (strcmp(parameter, path) == 0)
            return i;
        found = is_end ? i : found;
        count += is_end;
    }
    return count == 1 ? found : -1;
}

/* The same text, or the same number and unit: 8 and 8.0. */
static bool same_value(const char *one, const char *other) {
    double numbers[2];
    const char *rests[2];
    bool both = quantity_read_number(one, &numbers[0], &rests[0]) == QUANTITY_GOOD &&
                quantity_read_number(other, &numbers[1], &rests[1]) == QUANTITY_GOOD;
    return strcmp(one, other) == 0 || (both && numbers[0] == numbers[1] && strcmp(rests[0], rests[1]) == 0);
}

static bool matches(const SweepResults *sweep, int point, const GoalPoint *wanted) {
    for (int i = 0; i < wanted->key_count; i++) {
        int parameter = find_parameter(sweep, wanted->paths[i]);
        if (parameter < 0 || !same_value(sweep->points[point].values[parameter], wanted->values[i]))
            return false;
    }
    return true;
}

/* How many points are meant; *first is the first of them. */
static int count_matches(const SweepResults *sweep, const GoalPoint *wanted, int *first) {
    int count = 0;
    for (int point = sweep->point_count - 1; point >= 0; point--) {
        if (matches(sweep, point, wanted)) {
            *first = point;
            count++;
        }
    }
    return count;
}

/* The point of a side, -1 when there is none. */
static int point_of(const SweepResults *sweep, const GoalPoint *wanted, int standpoint) {
    if (wanted->index == GOAL_EVERY_POINT)
        return standpoint;
    if (wanted->index >= 0)
        return wanted->index < sweep->point_count ? wanted->index : -1;
    int first = -1;
    return count_matches(sweep, wanted, &first) == 1 ? first : -1;
}

/* What a metric's unit measures and in how many SI units; anything that is no quantity counts things. */
static Dimension dimension_of(const char *unit, double *unit_si) {
    Dimension dimension = DIMENSION_COUNT;
    if (unit != NULL && quantity_read_unit(unit, &dimension, unit_si))
        return dimension;
    *unit_si = 1;
    bool part = unit != NULL && (strcmp(unit, "fraction") == 0 || strcmp(unit, "ratio") == 0);
    return part ? DIMENSION_FRACTION : DIMENSION_COUNT;
}

static bool look_up(void *context, const GoalSide *side, GoalMeasure *measure) {
    const Standpoint *standpoint = context;
    int point = point_of(standpoint->sweep, &side->point, standpoint->point);
    const Results *results = point >= 0 ? standpoint->sweep->points[point].results : NULL;
    const Metric *metric = results != NULL ? results_metric(results, side->metric) : NULL;
    if (metric == NULL || isnan(metric->value))
        return false;
    measure->value = metric->value;
    dimension_of(metric->unit, &measure->unit_si);
    return true;
}

/* How far the goal is from being missed; negative = missed. */
static double margin_of(const double values[2], GoalAnswer answer) {
    double distance = answer == GOAL_UNKNOWN ? INFINITY : fabs(values[0] - values[1]);
    return answer == GOAL_MET ? distance : -distance;
}

static bool has_standpoint(const Goal *goal) {
    bool left = goal->left.metric != NULL && goal->left.point.index == GOAL_EVERY_POINT;
    bool right = goal->right.metric != NULL && goal->right.point.index == GOAL_EVERY_POINT;
    return left || right;
}

/* Where a goal with points of its own stands: at that of its first metric. */
static int own_point(const SweepResults *sweep, const Goal *goal) {
    const GoalSide *side = goal->left.metric != NULL ? &goal->left : &goal->right;
    int point = point_of(sweep, &side->point, 0);
    return point >= 0 ? point : 0;
}

static const char *unit_of(const Goal *goal, const SweepResults *sweep, int standpoint) {
    const GoalSide *side = goal->left.metric != NULL ? &goal->left : &goal->right;
    int point = point_of(sweep, &side->point, standpoint);
    const Results *results = point >= 0 ? sweep->points[point].results : NULL;
    const Metric *metric = results != NULL ? results_metric(results, side->metric) : NULL;
    return metric != NULL && metric->unit != NULL ? metric->unit : "";
}

static GoalResults check_goal(const Goal *goal, const SweepResults *sweep, Arena *arena) {
    bool everywhere = has_standpoint(goal);
    int first = everywhere ? 0 : own_point(sweep, goal);
    int end = everywhere ? sweep->point_count : first + 1;
    GoalResults worst = {.text = goal->text, .point = "", .value = NAN};
    double least = INFINITY;
    int least_point = first;
    for (int point = first; point < end; point++) {
        Standpoint standpoint = {sweep, point};
        double values[2] = {NAN, NAN};
        GoalAnswer answer = goal_answer(goal, look_up, &standpoint, values);
        double margin = margin_of(values, answer);
        if (margin >= least && point > first)
            continue;
        least = margin;
        least_point = point;
        worst.value = answer == GOAL_UNKNOWN ? NAN : goal->left.metric != NULL ? values[0] : values[1];
        worst.met = answer == GOAL_MET;
    }
    worst.point = sweep_names_point(arena, sweep, &sweep->points[least_point]);
    worst.unit = unit_of(goal, sweep, least_point);
    return worst;
}

const GoalResults *goal_check(GoalList list, const SweepResults *sweep, Arena *arena) {
    GoalResults *results = ARENA_ARRAY(arena, list.count, GoalResults);
    for (int i = 0; i < list.count; i++)
        results[i] = check_goal(&list.goals[i], sweep, arena);
    return results;
}

static void complain_key(const GoalPoint *wanted, int key, const SweepResults *sweep, const Goal *goal,
                         ErrorList *errors) {
    const char *near = NULL;
    int distance = 0;
    for (int i = 0; i < sweep->parameter_count; i++)
        spelling_consider(wanted->paths[key], sweep->parameters[i], &near, &distance);
    error_list_add(errors, goal->place, "assert", "found the point %s=%s, expected a parameter of the sweep%s",
                   wanted->paths[key], wanted->values[key],
                   near != NULL ? arena_format(errors->arena, " (did you mean %s?)", near) : "");
}

static void check_point(const GoalPoint *wanted, const SweepResults *sweep, const Goal *goal, ErrorList *errors) {
    int first = 0;
    if (wanted->index == GOAL_EVERY_POINT)
        return;
    if (wanted->index >= 0) {
        if (wanted->index >= sweep->point_count)
            error_list_add(errors, goal->place, "assert", "found point %d, expected one in 0 .. %d", wanted->index,
                           sweep->point_count - 1);
        return;
    }
    for (int i = 0; i < wanted->key_count; i++) {
        if (find_parameter(sweep, wanted->paths[i]) < 0) {
            complain_key(wanted, i, sweep, goal, errors);
            return;
        }
    }
    int count = count_matches(sweep, wanted, &first);
    if (count == 0)
        error_list_add(errors, goal->place, "assert", "found a point that the sweep does not have in \"%s\"",
                       goal->text);
    else if (count > 1)
        error_list_add(errors, goal->place, "assert",
                       "found %d points that \"%s\" may mean, expected values for all %d parameters", count, goal->text,
                       sweep->parameter_count);
}

/* At most one error. */
static bool check_points_of(const Goal *goal, const SweepResults *sweep, ErrorList *errors) {
    int before = errors->count;
    if (goal->left.metric != NULL)
        check_point(&goal->left.point, sweep, goal, errors);
    if (goal->right.metric != NULL && errors->count == before)
        check_point(&goal->right.point, sweep, goal, errors);
    return errors->count == before;
}

bool goal_check_points(GoalList list, const SweepResults *sweep, ErrorList *errors) {
    int before = errors->count;
    for (int i = 0; i < list.count; i++)
        check_points_of(&list.goals[i], sweep, errors);
    return errors->count == before;
}

GoalList goal_check_left(GoalList list, const SweepResults *sweep, Arena *arena, ErrorList *notes) {
    Goal *left = ARENA_ARRAY(arena, list.count, Goal);
    const Goal *gone = NULL;
    int count = 0;
    for (int i = 0; i < list.count; i++) {
        const Goal *goal = &list.goals[i];
        ErrorList errors;
        error_list_init(&errors, arena);
        if (strcmp(goal->place.file, "--set") == 0 || check_points_of(goal, sweep, &errors))
            left[count++] = *goal;
        else if (gone == NULL)
            gone = goal;
    }
    if (gone != NULL)
        error_list_add(notes, gone->place, "assert",
                       "found %d of %d goals at points that are no longer swept: left out", list.count - count,
                       list.count);
    return (GoalList){left, count};
}

/* The metric at the first point that has it; NULL and the nearest name otherwise. */
static const Metric *find_metric(const SweepResults *sweep, const char *name, const char **near) {
    int distance = 0;
    *near = NULL;
    for (int i = 0; i < sweep->point_count; i++) {
        const Results *results = sweep->points[i].results;
        if (results == NULL)
            continue;
        const Metric *metric = results_metric(results, name);
        if (metric != NULL)
            return metric;
        for (int m = 0; m < results->metric_count; m++)
            spelling_consider(name, results->metrics[m].name, near, &distance);
    }
    return NULL;
}

/* A number with a unit must be of the metric's dimension: 30 GB is no step time. */
static void check_unit(const Goal *goal, const Metric *metric, ErrorList *errors) {
    const GoalSide *number = goal->left.metric == NULL ? &goal->left : &goal->right;
    double unit_si = 1;
    Dimension wanted = dimension_of(metric->unit, &unit_si);
    bool bare = number->metric != NULL || number->dimension == DIMENSION_COUNT;
    if (bare || number->dimension == wanted)
        return;
    error_list_add(errors, goal->place, "assert", "found \"%s\" for %s, expected a %s such as \"%s\"", number->text,
                   metric->name, quantity_name(wanted), quantity_example(wanted));
}

static bool some_step_ended(const SweepResults *sweep) {
    for (int i = 0; i < sweep->point_count; i++)
        if (sweep->points[i].results != NULL && sweep->points[i].results->status == RUN_OK)
            return true;
    return false;
}

static void check_metric(const Goal *goal, const char *name, const SweepResults *sweep, ErrorList *errors) {
    const char *near = NULL;
    const Metric *metric = find_metric(sweep, name, &near);
    if (metric != NULL)
        check_unit(goal, metric, errors);
    else if (some_step_ended(sweep))
        error_list_add(errors, goal->place, "assert", "found the metric \"%s\", expected one of the report%s", name,
                       near != NULL ? arena_format(errors->arena, " (did you mean %s?)", near) : "");
}

bool goal_check_metrics(GoalList list, const SweepResults *sweep, ErrorList *errors) {
    int before = errors->count;
    for (int i = 0; i < list.count; i++) {
        const Goal *goal = &list.goals[i];
        if (goal->left.metric != NULL)
            check_metric(goal, goal->left.metric, sweep, errors);
        if (goal->right.metric != NULL)
            check_metric(goal, goal->right.metric, sweep, errors);
    }
    return errors->count == before;
}
