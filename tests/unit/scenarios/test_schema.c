#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/field_value.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/schema_home.h"
#include "scenarios/reader/schema_json.h"
#include "scenarios/reader/schema_tables.h"
#include "tests/unit/scenarios/reading.h"

static SchemaTables all_tables(void) {
    SchemaTables tables = schema_tables_below(&SCHEMA_SCENARIO);
    cr_assert_geq(tables.count, 12);
    return tables;
}

static const char *printed(void (*print)(FILE *), Arena *arena) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    print(out);
    fclose(out);
    const char *kept = arena_text(arena, text);
    free(text);
    return kept;
}

static size_t bytes_of(FieldType type) {
    switch (type) {
    case FIELD_INT:
        return sizeof(int);
    case FIELD_INT64:
        return sizeof(int64_t);
    case FIELD_REAL:
        return sizeof(double);
    case FIELD_BOOL:
        return sizeof(bool);
    default:
        return 0;
    }
}

static void check_default(Reading *reading, const SchemaTable *table, const SchemaRow *row, const void *filled) {
    char written[sizeof(int64_t)] = {0};
    size_t bytes = bytes_of(row->type);
    if (bytes == 0 || row->default_text == NULL || row->default_text[0] == '(')
        return;
    YamlNode node = {.kind = YAML_SCALAR, .text = row->default_text};
    field_value_read(&(SchemaRow){.type = row->type, .dimension = row->dimension, .min = -1e300, .max = 1e300}, &node,
                     row->key, &reading->errors, written);
    cr_expect_arr_eq(written, (const char *)filled + row->offset, bytes, "%s.%s is not %s without it", table->name,
                     row->key, row->default_text);
}

/* As the reader goes: what is around a mapping fills it first, then its own table. */
static void check_defaults(Reading *reading, const SchemaTable *table, char *object) {
    if (table->fill != NULL)
        table->fill(object);
    const SchemaRow *row = NULL;
    for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++) {
        check_default(reading, table, row, object);
        if (row->type == FIELD_OBJECT || row->type == FIELD_ENTRY)
            check_defaults(reading, row->table, object + row->offset);
        else if (row->type == FIELD_LIST)
            check_defaults(reading, row->table, arena_allocate(reading->arena, row->table->bytes));
    }
}

Test(schema, what_is_not_written_has_the_default_that_is_told) {
    Reading *reading = reading_create();
    check_defaults(reading, &SCHEMA_SCENARIO, arena_allocate(reading->arena, SCHEMA_SCENARIO.bytes));
    cr_expect_str_eq(reading_errors(reading), "");
    reading_destroy(reading);
}

Test(schema, every_row_is_complete) {
    SchemaTables tables = all_tables();
    for (int t = 0; t < tables.count; t++) {
        const SchemaTable *table = tables.items[t];
        cr_assert_not_null(table->help, "%s", table->name);
        const SchemaRow *row = NULL;
        for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++) {
            bool number = row->type == FIELD_INT || row->type == FIELD_INT64 || row->type == FIELD_REAL;
            bool word = row->type == FIELD_CHOICE || row->type == FIELD_WORD || row->type == FIELD_CONSTANT;
            bool structure = row->type == FIELD_OBJECT || row->type == FIELD_LIST || row->type == FIELD_ENTRY;
            cr_assert_not_null(row->help, "%s.%s", table->name, row->key);
            cr_assert(row->required == (row->default_text == NULL), "%s.%s", table->name, row->key);
            cr_assert(!number || row->min < row->max, "%s.%s", table->name, row->key);
            cr_assert(word == (row->menu != NULL), "%s.%s", table->name, row->key);
            cr_assert(structure == (row->table != NULL), "%s.%s", table->name, row->key);
            cr_assert(row->type != FIELD_ENTRY || row->table->folder != NULL, "%s.%s", table->name, row->key);
        }
    }
}

Test(schema, rows_of_a_table_and_its_parts_are_one_list) {
    static const SchemaRow FIRST[] = {{.key = "one"}, {.key = "two"}}, LAST[] = {{.key = "three", .aliases = "drei"}};
    static const SchemaTable PART = {.rows = LAST, .row_count = 1};
    static const SchemaTable WHOLE = {.rows = FIRST, .row_count = 2, .more = &PART};
    cr_assert_eq(schema_row_count(&WHOLE), 3);
    cr_assert_eq(schema_row_at(&WHOLE, 1), &FIRST[1]);
    cr_assert_eq(schema_row_at(&WHOLE, 2), &LAST[0]);
    cr_assert_null(schema_row_at(&WHOLE, 3));
    cr_assert_eq(schema_row_index(&WHOLE, "drei"), 2);
    cr_assert_eq(schema_row_index(&WHOLE, "vier"), -1);
}

Test(schema, few_keys_are_named_and_many_are_where_they_are_listed) {
    Arena *arena = arena_create();
    cr_assert_str_eq(schema_row_keys(&SCHEMA_LINK_EVENT, arena), "one of link, at, speed, for, every");
    cr_assert_not_null(strstr(schema_row_keys(&SCHEMA_PLAN, arena), "keys of plan, which `chokepoint schema plan`"));
    arena_destroy(arena);
}

Test(schema, no_name_belongs_to_two_rows) {
    Arena *arena = arena_create();
    SchemaTables tables = all_tables();
    for (int t = 0; t < tables.count; t++) {
        const SchemaRow *row = NULL;
        for (int i = 0; (row = schema_row_at(tables.items[t], i)) != NULL; i++) {
            const char *name = row->key;
            for (int j = 0; name != NULL; name = schema_row_alias(row, j++, arena))
                cr_assert_eq(schema_row_find(tables.items[t], name), row, "%s", name);
        }
    }
    arena_destroy(arena);
}

Test(schema, keys_of_other_programs_have_no_row_and_lead_to_one) {
    Arena *arena = arena_create();
    SchemaTables tables = all_tables();
    int seen = 0;
    for (int t = 0; t < tables.count; t++) {
        const SchemaTable *table = tables.items[t];
        for (const SchemaForeign *foreign = table->foreign; foreign != NULL && foreign->key != NULL; foreign++) {
            const char *row = arena_format(arena, "%.*s", (int)strcspn(foreign->instead, ":,"), foreign->instead);
            cr_assert_null(schema_row_find(table, foreign->key), "%s", foreign->key);
            cr_assert_not_null(schema_row_find(table, row), "%s", row);
            cr_assert_str_eq(schema_row_instead(table, foreign->key), foreign->instead);
            seen++;
        }
    }
    cr_assert_geq(seen, 9);
    cr_assert_null(schema_row_instead(&SCHEMA_PLAN, "bf17"));
    cr_assert_str_eq(schema_row_find(&SCHEMA_MODEL, "swiglu")->key, "gated");
    cr_assert_str_eq(schema_row_find(&SCHEMA_MODEL, "add-qkv-bias")->key, "qkv_biases");
    arena_destroy(arena);
}

static bool is_same_field(const SchemaRow *row, const void *one, const void *other) {
    switch (row->type) {
    case FIELD_INT:
        return *(const int *)one == *(const int *)other;
    case FIELD_INT64:
        return *(const int64_t *)one == *(const int64_t *)other;
    case FIELD_REAL:
        return *(const double *)one == *(const double *)other;
    case FIELD_BOOL:
        return *(const bool *)one == *(const bool *)other;
    case FIELD_CHOICE:
        return memcmp(one, other, sizeof(int)) == 0;
    case FIELD_TEXT:
    case FIELD_WORD:
        return strcmp(*(const char *const *)one, *(const char *const *)other) == 0;
    default:
        return true;
    }
}

/* A default in parentheses is a sentence; the others are values and must be those of the struct. */
static void expect_defaults(const SchemaTable *table, const void *defaults) {
    Reading *reading = reading_create();
    const SchemaRow *row = NULL;
    for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++) {
        if (row->default_text == NULL || row->default_text[0] == '(')
            continue;
        YamlNode node = {.kind = YAML_SCALAR, .text = row->default_text};
        union {
            double number;
            int64_t whole;
            const char *text;
        } field = {.whole = -77};
        field_value_read(row, &node, row->key, &reading->errors, &field);
        cr_assert(is_same_field(row, &field, (const char *)defaults + row->offset), "%s.%s", table->name, row->key);
    }
    cr_assert_str_eq(reading_errors(reading), "");
    reading_destroy(reading);
}

Test(schema, documented_defaults_are_those_of_the_specs) {
    PlanSpec plan = plan_default();
    TransformerSpec model = transformer_default();
    FabricSpec fabric = fabric_default();
    ScenarioFields fields;
    SCHEMA_SCENARIO.fill(&fields);
    JobSpec job = job_default();
    ClusterSpec cluster = cluster_default();
    const SchemaTable *jobs = schema_row_find(&SCHEMA_SCENARIO, "jobs")->table;
    expect_defaults(&SCHEMA_PLAN, &plan);
    expect_defaults(&SCHEMA_MODEL, &model);
    expect_defaults(&SCHEMA_FABRIC, &fabric);
    expect_defaults(&SCHEMA_SCENARIO, &fields);
    expect_defaults(jobs, &job);
    expect_defaults(schema_row_find(&SCHEMA_SCENARIO, "cluster")->table, &cluster);
    expect_defaults(schema_row_find(&SCHEMA_SCENARIO, "outputs")->table, &fields.outputs);
}

Test(schema, megatron_names_lead_to_the_same_row) {
    static const char *const NAMES[][2] = {{"tensor-model-parallel-size", "tensor_parallel"},
                                           {"pipeline_model_parallel_size", "pipeline_parallel"},
                                           {"micro-batch-size", "micro_batch"},
                                           {"global-batch-size", "global_batch"},
                                           {"recompute-granularity", "recompute"},
                                           {"use-distributed-optimizer", "distributed_optimizer"},
                                           {"sequence-parallel", "sequence_parallel"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        cr_assert_str_eq(schema_row_find(&SCHEMA_PLAN, NAMES[i][0])->key, NAMES[i][1]);
    cr_assert_null(schema_row_find(&SCHEMA_PLAN, "tensor"));
}

Test(schema, names_of_deepspeed_and_fsdp_lead_to_the_same_row) {
    static const char *const NAMES[][2] = {{"fsdp_shard_size", "zero_shard_size"},
                                           {"mics-shard-size", "zero_shard_size"},
                                           {"data_parallel_shard_degree", "zero_shard_size"},
                                           {"overlap_comm", "overlap_grad_reduce"},
                                           {"reshard-after-forward", "reshard_after_forward"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        cr_assert_str_eq(schema_row_find(&SCHEMA_PLAN, NAMES[i][0])->key, NAMES[i][1]);
}

Test(schema, the_json_schema_is_json_and_names_every_key) {
    Reading *reading = reading_create();
    const char *text = printed(schema_print_json, reading->arena);
    const YamlNode *root = reading_tree(reading, text);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_str_eq(yaml_node_pair(root, "additionalProperties")->value->text, "false");
    const YamlNode *properties = yaml_node_pair(root, "properties")->value;
    cr_assert_eq(properties->count, SCHEMA_SCENARIO.row_count);
    SchemaTables tables = all_tables();
    const SchemaRow *row = NULL;
    for (int t = 0; t < tables.count; t++)
        for (int i = 0; (row = schema_row_at(tables.items[t], i)) != NULL; i++)
            cr_assert_not_null(strstr(text, arena_format(reading->arena, "\"%s\": {", row->key)));
    const YamlNode *seed = yaml_node_pair(properties, "seed")->value;
    cr_assert_str_eq(yaml_node_text(seed, reading->arena),
                     "{\"description\": \"of all random numbers\", \"type\": \"integer\", \"minimum\": 0, "
                     "\"maximum\": 9007199254740991, \"default\": 1}");
    reading_destroy(reading);
}

Test(schema, a_key_is_at_home_in_the_sections_that_have_it) {
    Arena *arena = arena_create();
    cr_assert_str_eq(schema_home_names(&SCHEMA_SCENARIO, &SCHEMA_FABRIC, "tensor_parallel", arena), "plan");
    cr_assert_str_eq(schema_home_names(&SCHEMA_SCENARIO, &SCHEMA_FABRIC, "channels_last", arena), "layers");
    cr_assert_null(schema_home_names(&SCHEMA_SCENARIO, &SCHEMA_FABRIC, "tensor_paralel", arena));
    cr_assert_null(schema_home_names(&SCHEMA_SCENARIO, &SCHEMA_FABRIC, "name", arena), "of more than three");
    cr_assert_null(schema_home_names(&SCHEMA_SCENARIO, &SCHEMA_MODEL, "channels_last", arena), "of its other form");
    arena_destroy(arena);
}
