#include "scenarios/reader/axes.h"

#include <math.h>
#include <string.h>

#include "scenarios/reader/quantity.h"
#include "scenarios/reader/tree_path.h"

typedef struct AxisReader {
    const char *path; /* "sweep.cluster.nodes" */
    Arena *arena;
    ErrorList *errors;
} AxisReader;

typedef struct Range {
    double from;
    double to;
    double by;
    bool multiplies;
    const char *unit; /* with the space before it; "" = none */
} Range;

/* "zero_stage=1 micro_batch=2" of a mapping of scalars; NULL when it holds more than scalars. */
static const char *label_of_pairs(const YamlNode *mapping, Arena *arena) {
    const char *label = mapping->count == 0 ? "unchanged" : "";
    for (int i = 0; i < mapping->count; i++) {
        const YamlPair *pair = &mapping->pairs[i];
        if (pair->value->kind != YAML_SCALAR)
            return NULL;
        label = arena_format(arena, "%s%s%s=%s", label, i > 0 ? " " : "", pair->key, pair->value->text);
    }
    return label;
}

static const char *label_of(const YamlNode *value, Arena *arena) {
    const YamlPair *name = value->kind == YAML_MAPPING ? yaml_node_pair(value, "name") : NULL;
    const YamlNode *shown = name != NULL ? name->value : value;
    if (shown->kind == YAML_SCALAR)
        return shown->text;
    const char *pairs = shown->kind == YAML_MAPPING ? label_of_pairs(shown, arena) : NULL;
    return pairs != NULL ? pairs : yaml_node_text(shown, arena);
}

/* A list of scalars or mappings; each is kept as the text it was. */
static bool read_list(const AxisReader *reader, YamlNode *list, SweepAxis *axis) {
    if (list->count == 0 || list->count > AXES_MOST_VALUES) {
        error_list_add(reader->errors, list->place, reader->path, "found %d values, expected 1 to %d", list->count,
                       AXES_MOST_VALUES);
        return false;
    }
    const char **values = ARENA_ARRAY(reader->arena, list->count, const char *);
    const char **labels = ARENA_ARRAY(reader->arena, list->count, const char *);
    ErrorPlace *places = ARENA_ARRAY(reader->arena, list->count, ErrorPlace);
    for (int i = 0; i < list->count; i++) {
        places[i] = list->pairs[i].value->place;
        values[i] = yaml_node_text(list->pairs[i].value, reader->arena);
        labels[i] = label_of(list->pairs[i].value, reader->arena);
    }
    yaml_node_mark_read(list);
    axis->values = values;
    axis->labels = labels;
    axis->places = places;
    axis->count = list->count;
    return true;
}

/* One number of a range; *unit is what stands behind it. */
static bool read_bound(const AxisReader *reader, const YamlPair *pair, double *number, const char **unit) {
    const YamlNode *node = pair->value;
    if (node->kind == YAML_SCALAR && quantity_read_number(node->text, number, unit) == QUANTITY_GOOD)
        return true;
    error_list_add(reader->errors, node->place, reader->path, "found %s, expected a number",
                   yaml_node_shown(node, reader->arena));
    return false;
}

static bool check_range(const AxisReader *reader, const YamlNode *node, const Range *range) {
    const char *wrong = NULL;
    if (range->to < range->from)
        wrong = "found `to` below `from`, expected it to be above";
    else if (range->multiplies && (range->from <= 0 || range->by <= 1))
        wrong = "found `from` or `factor` too small, expected from > 0 and factor > 1";
    else if (!range->multiplies && range->by <= 0)
        wrong = "found a step that is not above 0, expected one that is";
    double values =
        range->multiplies ? log(range->to / range->from) / log(range->by) : (range->to - range->from) / range->by;
    if (wrong == NULL && !(values < AXES_MOST_VALUES))
        wrong = "found more than 10000 values, expected fewer";
    if (wrong != NULL)
        error_list_add(reader->errors, node->place, reader->path, "%s", wrong);
    return wrong == NULL;
}

/* A hair above `to` still counts: 0.1 does not add up. */
static void count_out(const AxisReader *reader, const Range *range, ErrorPlace place, SweepAxis *axis) {
    const char **values = ARENA_ARRAY(reader->arena, AXES_MOST_VALUES, const char *);
    ErrorPlace *places = ARENA_ARRAY(reader->arena, AXES_MOST_VALUES, ErrorPlace);
    double most = range->to + fabs(range->to) * 1e-9;
    for (int i = 0; i < AXES_MOST_VALUES; i++) {
        double value = range->multiplies ? range->from * pow(range->by, i) : range->from + range->by * i;
        if (value > most)
            break;
        const char *text = arena_format(reader->arena, "%.12g%s", value, range->unit);
        places[axis->count] = place;
        values[axis->count++] = text;
    }
    axis->places = places;
    axis->values = values;
    axis->labels = values;
}

static bool read_keys(const AxisReader *reader, YamlNode *node, Range *range) {
    YamlPair *from = yaml_node_pair(node, "from");
    YamlPair *to = yaml_node_pair(node, "to");
    YamlPair *factor = yaml_node_pair(node, "factor");
    YamlPair *step = yaml_node_pair(node, "step");
    YamlPair *by = factor != NULL ? factor : step;
    if (from == NULL || to == NULL || by == NULL || node->count != 3) {
        error_list_add(reader->errors, node->place, reader->path,
                       "found other keys, expected from, to and one of factor and step");
        return false;
    }
    const char *to_unit = "";
    const char *by_unit = "";
    bool read = read_bound(reader, from, &range->from, &range->unit);
    read = read_bound(reader, to, &range->to, &to_unit) && read;
    read = read_bound(reader, by, &range->by, &by_unit) && read;
    from->read = to->read = by->read = true;
    range->multiplies = factor != NULL;
    if (!read)
        return false;
    bool same = strcmp(range->unit, to_unit) == 0 && strcmp(range->multiplies ? "" : range->unit, by_unit) == 0;
    if (!same)
        error_list_add(reader->errors, node->place, reader->path, "found different units, expected that of `from`");
    return same && check_range(reader, node, range);
}

static bool read_axis(const AxisReader *reader, YamlPair *pair, SweepAxis *axis) {
    YamlNode *node = pair->value;
    *axis = (SweepAxis){.path = pair->key};
    if (!tree_path_is_valid(pair->key)) {
        error_list_add(reader->errors, pair->key_place, NULL,
                       "found the path \"%s\", expected one such as \"jobs[0].plan.micro_batch\"",
                       yaml_node_shown_text(pair->key, reader->arena));
        return false;
    }
    if (node->kind == YAML_SEQUENCE)
        return read_list(reader, node, axis);
    Range range = {.unit = ""};
    if (node->kind != YAML_MAPPING) {
        error_list_add(reader->errors, node->place, reader->path, "found %s, expected a list or {from, to, factor}",
                       yaml_node_shown(node, reader->arena));
        return false;
    }
    if (!read_keys(reader, node, &range))
        return false;
    count_out(reader, &range, node->place, axis);
    return true;
}

const SweepAxis *axes_read(YamlNode *sweep, Arena *arena, ErrorList *errors, int *count) {
    SweepAxis *axes = ARENA_ARRAY(arena, AXES_MOST, SweepAxis);
    *count = 0;
    if (sweep->kind != YAML_MAPPING || sweep->count > AXES_MOST) {
        error_list_add(errors, sweep->place, "sweep", "found %s, expected a mapping from 1 to %d paths to their values",
                       sweep->kind == YAML_MAPPING ? "more paths" : yaml_node_shown(sweep, arena), AXES_MOST);
        return axes;
    }
    for (int i = 0; i < sweep->count; i++) {
        YamlPair *pair = &sweep->pairs[i];
        pair->read = true;
        AxisReader reader = {arena_format(arena, "sweep.%s", yaml_node_shown_text(pair->key, arena)), arena, errors};
        if (read_axis(&reader, pair, &axes[*count]))
            ++*count;
    }
    return axes;
}
