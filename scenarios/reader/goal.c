#include "scenarios/reader/goal.h"

#include <math.h>
#include <string.h>

#include "scenarios/reader/tree_path.h"

#define EXAMPLE "throughput.tflops_per_gpu > 130"

enum { MOST_GOALS = 1000, MOST_POINT_INDEX = 1000000 };

/* From first to before last, without blanks around. */
static char *cut(const char *first, const char *last, Arena *arena) {
    while (first < last && *first == ' ')
        first++;
    while (last > first && last[-1] == ' ')
        last--;
    return arena_format(arena, "%.*s", (int)(last - first), first);
}

static const char *end_of(const char *text) {
    return text + strlen(text);
}

static bool read_point_key(char *text, GoalPoint *point, Arena *arena) {
    const char *equals = strchr(text, '=');
    if (equals == NULL || point->key_count == GOAL_MOST_KEYS)
        return false;
    const char *path = cut(text, equals, arena);
    const char *value = cut(equals + 1, end_of(text), arena);
    point->paths[point->key_count] = path;
    point->values[point->key_count++] = value;
    return tree_path_is_valid(path) && value[0] != '\0';
}

static bool read_point(const char *text, GoalPoint *point, Arena *arena) {
    double index = 0;
    const char *rest = "";
    *point = (GoalPoint){.index = GOAL_POINT_BY_KEYS};
    if (strncmp(text, "point ", 6) == 0) {
        bool number = quantity_read_number(text + 6, &index, &rest) == QUANTITY_GOOD;
        point->index = number && index >= 0 && index <= MOST_POINT_INDEX ? (int)index : 0;
        return number && *rest == '\0' && point->index == index;
    }
    for (const char *key = text; *key != '\0';) {
        const char *comma = key + strcspn(key, ",");
        if (!read_point_key(cut(key, comma, arena), point, arena))
            return false;
        key = *comma == ',' ? comma + 1 : comma;
    }
    return point->key_count > 0;
}

static bool read_number_side(const char *text, GoalSide *side) {
    side->text = text;
    for (int dimension = 0; dimension < DIMENSION_END; dimension++) {
        side->dimension = (Dimension)dimension;
        if (quantity_read(text, side->dimension, &side->factor) == QUANTITY_GOOD)
            return true;
    }
    return false;
}

static bool read_side(const char *text, GoalSide *side, Arena *arena) {
    *side = (GoalSide){.factor = 1, .point = {.index = GOAL_EVERY_POINT}};
    const char *at = strstr(text, " at ");
    const char *term = at != NULL ? cut(text, at, arena) : text;
    if (at != NULL && !read_point(cut(at + 4, end_of(at), arena), &side->point, arena))
        return false;
    const char *rest = term;
    if (quantity_read_number(term, &side->factor, &rest) == QUANTITY_GOOD) {
        rest += strspn(rest, " ");
        if (*rest != '*')
            return at == NULL && read_number_side(term, side);
        rest = cut(rest + 1, end_of(rest), arena);
    }
    side->metric = rest;
    return tree_path_is_valid(rest) && strpbrk(rest, " *=:,") == NULL;
}

static const char *find_operator(const char *text, GoalOperator *found, size_t *bytes) {
    static const struct {
        const char *text;
        GoalOperator operator;
    } OPERATORS[] = {{"<=", GOAL_AT_MOST}, {">=", GOAL_AT_LEAST}, {"==", GOAL_EQUAL},
                     {"!=", GOAL_UNEQUAL}, {"<", GOAL_BELOW},     {">", GOAL_ABOVE}};
    for (; *text != '\0'; text++) {
        for (size_t i = 0; i < sizeof OPERATORS / sizeof OPERATORS[0]; i++) {
            *bytes = strlen(OPERATORS[i].text);
            *found = OPERATORS[i].operator;
            if (strncmp(text, OPERATORS[i].text, *bytes) == 0)
                return text;
        }
    }
    return NULL;
}

/* "at POINT:" in front serves both sides that say no point of their own. */
static bool read_front(const char **text, GoalPoint *point, Arena *arena) {
    point->index = GOAL_EVERY_POINT;
    const char *colon = strchr(*text, ':');
    if (strncmp(*text, "at ", 3) != 0 || colon == NULL)
        return strncmp(*text, "at ", 3) != 0;
    const char *after = colon + 1;
    bool read = read_point(cut(*text + 3, colon, arena), point, arena);
    *text = cut(after, end_of(after), arena);
    return read;
}

static bool read_goal(const char *text, Goal *goal, Arena *arena) {
    GoalPoint front = {0};
    size_t bytes = 0;
    if (!read_front(&text, &front, arena))
        return false;
    const char *sign = find_operator(text, &goal->operator, & bytes);
    if (sign == NULL)
        return false;
    const char *right = sign + bytes;
    if (!read_side(cut(text, sign, arena), &goal->left, arena) ||
        !read_side(cut(right, end_of(right), arena), &goal->right, arena))
        return false;
    if (goal->left.point.index == GOAL_EVERY_POINT)
        goal->left.point = front;
    if (goal->right.point.index == GOAL_EVERY_POINT)
        goal->right.point = front;
    return goal->left.metric != NULL || goal->right.metric != NULL;
}

/* YAML takes "at POINT: goal" for a mapping of one key; it is put together again. */
static const char *goal_text(YamlNode *item, Arena *arena) {
    if (item->kind == YAML_SCALAR)
        return cut(item->text, end_of(item->text), arena);
    bool one = item->kind == YAML_MAPPING && item->count == 1 && item->pairs[0].value->kind == YAML_SCALAR;
    if (!one)
        return NULL;
    item->pairs[0].read = true;
    return arena_format(arena, "%s: %s", item->pairs[0].key, item->pairs[0].value->text);
}

const Goal *goals_read(YamlNode *list, Arena *arena, ErrorList *errors, int *count) {
    *count = 0;
    if (list->kind != YAML_SEQUENCE || list->count > MOST_GOALS) {
        error_list_add(errors, list->place, "assert", "found %s, expected a list of up to %d goals such as \"%s\"",
                       list->kind == YAML_SEQUENCE ? "more goals" : yaml_node_shown(list, arena), MOST_GOALS, EXAMPLE);
        return NULL;
    }
    Goal *goals = ARENA_ARRAY(arena, list->count, Goal);
    for (int i = 0; i < list->count; i++) {
        YamlNode *item = list->pairs[i].value;
        Goal *goal = &goals[*count];
        list->pairs[i].read = true;
        *goal = (Goal){.text = goal_text(item, arena), .place = item->place};
        if (goal->text != NULL && read_goal(goal->text, goal, arena)) {
            ++*count;
            continue;
        }
        const char *shown = goal->text != NULL ? yaml_node_shown_text(goal->text, arena) : yaml_node_shown(item, arena);
        error_list_add(errors, item->place, arena_format(arena, "assert[%d]", i),
                       "found %s, expected a goal such as \"%s\"", shown, EXAMPLE);
    }
    return goals;
}

static bool compare(GoalOperator operator, const double values[2]) {
    double larger = fmax(fabs(values[0]), fabs(values[1]));
    bool equal = fabs(values[0] - values[1]) <= 1e-9 * larger;
    switch (operator) {
    case GOAL_BELOW:
        return values[0] < values[1];
    case GOAL_AT_MOST:
        return values[0] <= values[1];
    case GOAL_ABOVE:
        return values[0] > values[1];
    case GOAL_AT_LEAST:
        return values[0] >= values[1];
    case GOAL_EQUAL:
        return equal;
    case GOAL_UNEQUAL:
        return !equal;
    }
    return false;
}

GoalAnswer goal_answer(const Goal *goal, GoalLookup lookup, void *context, double values[2]) {
    const GoalSide *sides[2] = {&goal->left, &goal->right};
    double unit_si = 1;
    for (int i = 0; i < 2; i++) {
        GoalMeasure measure = {1, 1};
        if (sides[i]->metric != NULL && !lookup(context, sides[i], &measure))
            return GOAL_UNKNOWN;
        values[i] = sides[i]->factor * measure.value;
        unit_si = sides[i]->metric != NULL ? measure.unit_si : unit_si;
    }
    for (int i = 0; i < 2; i++)
        if (sides[i]->metric == NULL && sides[i]->dimension != DIMENSION_COUNT)
            values[i] /= unit_si;
    return compare(goal->operator, values) ? GOAL_MET : GOAL_MISSED;
}
