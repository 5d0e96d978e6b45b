#include "scenarios/calibration/kernel_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/csv.h"
#include "scenarios/reader/yaml_node.h"

enum { MOST_NUMBERS = 7 };

static const double MS = 1e-3;
static const double MOST_SIZE = 1e9; /* the product of any two fits into int64_t */

/* A kind of table by its columns. */
typedef struct Format {
    KernelKind kind;
    const char *mark;                  /* the column that no other kind has */
    const char *type;                  /* of the elements, or the name of the operation */
    const char *time;                  /* ms */
    const char *optional;              /* a number that may be missing: 0 then; NULL = none */
    const char *numbers[MOST_NUMBERS]; /* whole numbers */
} Format;

static const Format FORMATS[] = {
    {KERNEL_PRODUCT, "gemm_dtype", "gemm_dtype", "latency", NULL, {"m", "n", "k"}},
    {KERNEL_PREFILL,
     "isl",
     "kv_cache_dtype",
     "latency",
     "window_size",
     {"batch_size", "isl", "num_heads", "num_key_value_heads", "head_dim"}},
    {KERNEL_DECODE,
     "step",
     "kv_cache_dtype",
     "latency",
     "window_size",
     {"batch_size", "step", "num_heads", "num_key_value_heads", "head_dim"}},
    {KERNEL_MOE,
     "num_experts",
     "moe_dtype",
     "latency",
     NULL,
     {"num_tokens", "hidden_size", "inter_size", "topk", "num_experts", "moe_tp_size", "moe_ep_size"}},
    {KERNEL_ELEMENT_WISE, "OPName", "OPName", "Latency", NULL, {"B", "H"}},
};

typedef struct Type {
    const char *name;
    Precision precision;
} Type;

static const Type TYPES[] = {{"bfloat16", PRECISION_BF16}, {"bf16", PRECISION_BF16},    {"float16", PRECISION_FP16},
                             {"fp16", PRECISION_FP16},     {"float32", PRECISION_FP32}, {"fp32", PRECISION_FP32},
                             {"tf32", PRECISION_TF32},     {"fp8", PRECISION_FP8}};

/* fp32 tensors that an operation reads and writes. */
typedef struct Operation {
    const char *name;
    int tensors;
    KernelKind kind;
} Operation;

static const Operation OPERATIONS[] = {
    {"add", 3, KERNEL_ELEMENT_WISE},     {"div", 3, KERNEL_ELEMENT_WISE},  {"mul", 3, KERNEL_ELEMENT_WISE},
    {"pow", 3, KERNEL_ELEMENT_WISE},     {"addu", 2, KERNEL_ELEMENT_WISE}, {"divu", 2, KERNEL_ELEMENT_WISE},
    {"mulu", 2, KERNEL_ELEMENT_WISE},    {"powu", 2, KERNEL_ELEMENT_WISE}, {"relu", 2, KERNEL_ELEMENT_WISE},
    {"gelu", 2, KERNEL_ELEMENT_WISE},    {"tanh", 2, KERNEL_ELEMENT_WISE}, {"ln", 2, KERNEL_NORM},
    {"softmax", 2, KERNEL_ROW_REDUCTION}};

/* One table being read, and where its cells are; -1 = nowhere. */
typedef struct Reading {
    const CsvTable *table;
    const Format *format;
    const char *wanted_device; /* NULL = the only one */
    int type, time, device, optional, source, distribution;
    int numbers[MOST_NUMBERS];
    Arena *arena;
    ErrorList *errors;
} Reading;

static void refuse_column(const Reading *reading, const char *name) {
    ErrorPlace place = {.file = reading->table->file, .line = 1, .column = 1};
    error_list_add(reading->errors, place, NULL,
                   "found no column %s, expected a table of measured kernels (columns: `chokepoint calibrate --help`)",
                   name);
}

static int need_column(const Reading *reading, const char *name) {
    int index = csv_column(reading->table, name);
    if (index < 0)
        refuse_column(reading, name);
    return index;
}

static bool find_columns(Reading *reading) {
    int before = reading->errors->count;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS && reading->format == NULL; i++)
        if (csv_column(reading->table, FORMATS[i].mark) >= 0)
            reading->format = &FORMATS[i];
    if (reading->format == NULL) {
        refuse_column(reading, "gemm_dtype, isl, step, num_experts or OPName");
        return false;
    }
    const Format *format = reading->format;
    reading->type = need_column(reading, format->type);
    reading->time = need_column(reading, format->time);
    for (int i = 0; i < MOST_NUMBERS && format->numbers[i]; i++)
        reading->numbers[i] = need_column(reading, format->numbers[i]);
    reading->optional = format->optional ? csv_column(reading->table, format->optional) : -1;
    reading->device = csv_column(reading->table, "Device");
    reading->source = csv_column(reading->table, "kernel_source");
    reading->distribution = csv_column(reading->table, "distribution");
    return reading->errors->count == before;
}

static void refuse(const Reading *reading, const CsvRow *row, int column, const char *expected) {
    ErrorPlace place = {.file = reading->table->file, .line = row->line, .column = 1};
    error_list_add(reading->errors, place, reading->table->columns[column], "found \"%s\", expected %s",
                   yaml_node_shown_text(row->cells[column], reading->arena), expected);
}

static double read_time(const Reading *reading, const CsvRow *row) {
    char *end = NULL;
    double value = strtod(row->cells[reading->time], &end);
    if (end != row->cells[reading->time] && *end == '\0' && isfinite(value) && value > 0)
        return value * MS;
    refuse(reading, row, reading->time, "a number of ms above 0");
    return 1;
}

static int64_t read_size(const Reading *reading, const CsvRow *row, int column, double least) {
    char *end = NULL;
    double value = strtod(row->cells[column], &end);
    if (end != row->cells[column] && *end == '\0' && value == floor(value) && value >= least && value <= MOST_SIZE)
        return (int64_t)value;
    refuse(reading, row, column, least > 0 ? "a whole number from 1 to 1e9" : "a whole number from 0 to 1e9");
    return 1;
}

/* True for half of all shapes, always the same: the last bit of a hash (Appleby, MurmurHash3's mixer) of the sizes. */
static bool is_held_back(KernelKind kind, const int64_t *sizes) {
    static const uint64_t PRODUCT = 1000000, OTHER = 1000003;
    uint64_t key = 0;
    for (int i = 0; i < MOST_NUMBERS && sizes[i]; i++)
        key = key * (kind == KERNEL_PRODUCT ? PRODUCT : OTHER) + (uint64_t)sizes[i];
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    return (key & 1) != 0;
}

static AttentionShape attention_of(KernelKind kind, const int64_t *sizes, int64_t window, Precision precision) {
    bool is_decode = kind == KERNEL_DECODE;
    return (AttentionShape){.sequences = sizes[0],
                            .query_tokens = is_decode ? 1 : sizes[1],
                            .cached_tokens = is_decode ? sizes[1] : 0,
                            .heads = sizes[2],
                            .kv_heads = sizes[3],
                            .head_dim = sizes[4],
                            .window_tokens = window,
                            .precision = precision};
}

static MoeShape moe_of(const Reading *reading, const CsvRow *cells, const int64_t *sizes, Precision precision) {
    bool is_named = reading->source >= 0;
    return (MoeShape){.tokens = sizes[0],
                      .hidden = sizes[1],
                      .intermediate = sizes[2],
                      .experts_per_token = sizes[3],
                      .experts = sizes[4],
                      .tensor_parallel = sizes[5],
                      .expert_parallel = sizes[6],
                      .gated = !(is_named && strstr(cells->cells[reading->source], "nongated")),
                      .precision = precision};
}

static bool is_skewed(const Reading *reading, const CsvRow *cells) {
    return reading->format->kind == KERNEL_MOE && reading->distribution >= 0 &&
           strcmp(cells->cells[reading->distribution], "balanced") != 0;
}

/* False for a type that is not modelled. */
static bool find_type(const char *name, Precision *precision) {
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (strcmp(TYPES[i].name, name) == 0) {
            *precision = TYPES[i].precision;
            return true;
        }
    return false;
}

static void read_operation(const Reading *reading, const CsvRow *cells, const int64_t *sizes, KernelRow *row) {
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++)
        if (strcmp(OPERATIONS[i].name, cells->cells[reading->type]) == 0) {
            row->kind = OPERATIONS[i].kind;
            row->bytes = 4.0 * OPERATIONS[i].tensors * (double)sizes[0] * (double)sizes[1];
            return;
        }
    refuse(reading, cells, reading->type, "an operation such as add, mulu, relu, ln or softmax");
}

/* False when the row is of a type that is not modelled. */
static bool read_row(const Reading *reading, const CsvRow *cells, KernelRow *row) {
    int64_t sizes[MOST_NUMBERS] = {0};
    Precision precision = PRECISION_FP32;
    bool has_type = reading->format->kind != KERNEL_ELEMENT_WISE;
    if ((has_type && !find_type(cells->cells[reading->type], &precision)) || is_skewed(reading, cells))
        return false;
    *row = (KernelRow){.kind = reading->format->kind, .line = cells->line, .seconds = read_time(reading, cells)};
    for (int i = 0; i < MOST_NUMBERS && reading->format->numbers[i]; i++)
        sizes[i] = read_size(reading, cells, reading->numbers[i], 1);
    row->is_held_back = is_held_back(row->kind, sizes);
    if (!has_type)
        read_operation(reading, cells, sizes, row);
    else if (row->kind == KERNEL_PRODUCT)
        row->product = (GemmShape){1, sizes[0], sizes[1], sizes[2], precision, false, false};
    else if (row->kind == KERNEL_MOE)
        row->moe = moe_of(reading, cells, sizes, precision);
    else {
        int64_t window = reading->optional < 0 ? 0 : read_size(reading, cells, reading->optional, 0);
        row->attention = attention_of(row->kind, sizes, window, precision);
        if (sizes[3] > 0 && sizes[2] % sizes[3] != 0)
            refuse(reading, cells, reading->numbers[3], "a divisor of num_heads");
    }
    return true;
}

/* The device whose rows count; a table of several needs to be told. NULL when no row is of it. */
static const char *choose_device(const Reading *reading) {
    const CsvTable *table = reading->table;
    const char *wanted = reading->wanted_device ? reading->wanted_device : table->rows[0].cells[reading->device];
    for (int i = 0; i < table->row_count; i++) {
        const char *device = table->rows[i].cells[reading->device];
        if (reading->wanted_device ? strcmp(device, wanted) == 0 : strcmp(device, wanted) != 0) {
            if (reading->wanted_device)
                return wanted;
            refuse(reading, &table->rows[i], reading->device,
                   arena_format(reading->arena, "only \"%s\", or option --device",
                                yaml_node_shown_text(wanted, reading->arena)));
            return NULL;
        }
    }
    if (!reading->wanted_device)
        return wanted;
    refuse(reading, &table->rows[0], reading->device,
           arena_format(reading->arena, "\"%s\" in some row", yaml_node_shown_text(wanted, reading->arena)));
    return NULL;
}

static const KernelTable *read_rows(const Reading *reading) {
    const CsvTable *csv = reading->table;
    int before = reading->errors->count;
    const char *device = reading->device >= 0 ? choose_device(reading) : NULL;
    KernelRow *rows = ARENA_ARRAY(reading->arena, csv->row_count, KernelRow);
    KernelTable *table = ARENA_NEW(reading->arena, KernelTable);
    *table = (KernelTable){.file = csv->file, .rows = rows, .names_devices = reading->device >= 0};
    for (int i = 0; i < csv->row_count && reading->errors->count - before < CSV_MOST_ERRORS; i++) {
        if (device && strcmp(csv->rows[i].cells[reading->device], device) != 0)
            continue;
        if (read_row(reading, &csv->rows[i], &rows[table->row_count]))
            table->row_count++;
        else
            table->left_out++;
    }
    return reading->errors->count == before ? table : NULL;
}

const KernelTable *kernel_table_read(const char *path, const char *device, Arena *arena, ErrorList *errors) {
    const CsvTable *csv = csv_read_file(path, arena, errors);
    Reading reading = {.table = csv, .wanted_device = device, .arena = arena, .errors = errors};
    if (csv == NULL || !find_columns(&reading))
        return NULL;
    const KernelTable *table = csv->row_count > 0 ? read_rows(&reading) : NULL;
    if (csv->row_count == 0 || (table != NULL && table->row_count == 0))
        error_list_add(errors, (ErrorPlace){path, 1, 1}, "",
                       "found no row of a known type, expected bfloat16, float16, float32, tf32 or fp8");
    return table != NULL && table->row_count > 0 ? table : NULL;
}
