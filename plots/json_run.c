#include "plots/json_run.h"

#include <inttypes.h>

#include "plots/cell.h"
#include "plots/collective_table.h"
#include "plots/columns.h"
#include "plots/interval_text.h"
#include "plots/ledger_table.h"
#include "plots/ledger_view.h"

typedef struct Json {
    FILE *out;
    int indent;
} Json;

static void new_line(Json json, int depth) {
    fprintf(json.out, "\n%*s", json.indent + 2 * depth, "");
}

/* Every key of the run's object but the first follows a comma. */
static void key(Json json, const char *name) {
    fputc(',', json.out);
    new_line(json, 1);
    fprintf(json.out, "\"%s\": ", name);
}

static void open_item(Json json, int index) {
    fputs(index > 0 ? "," : "", json.out);
    new_line(json, 2);
}

static void close_list(Json json, int count, char bracket) {
    if (count > 0) {
        new_line(json, 1);
    }
    fputc(bracket, json.out);
}

static void write_metrics(Json json, const Results *results) {
    key(json, "metrics");
    fputc('{', json.out);
    for (int i = 0; i < results->metric_count; i++) {
        const Metric *metric = &results->metrics[i];
        open_item(json, i);
        cell_json_text(json.out, metric->name);
        cell_json_number_behind(json.out, ": {\"value\": ", metric->value);
        cell_json_text_behind(json.out, ", \"unit\": ", metric->unit);
        cell_json_text_behind(json.out, ", \"help\": ", metric->help);
        fputc('}', json.out);
    }
    close_list(json, results->metric_count, '}');
}

static void write_ledger(Json json, const Results *results) {
    key(json, "ledger");
    fputc('{', json.out);
    for (int category = 0; category < LEDGER_COUNT; category++) {
        open_item(json, category);
        fprintf(json.out, "\"%s\": {\"gpu_ns\": %" PRId64, ledger_category_name((LedgerCategory)category),
                results->ledger.ns[category]);
        double fraction = ledger_view_fraction(&results->ledger, (LedgerCategory)category);
        cell_json_number_behind(json.out, ", \"fraction\": ", fraction);
        fputc('}', json.out);
    }
    close_list(json, LEDGER_COUNT, '}');
}

static void write_links(Json json, const Results *results) {
    key(json, "exposed_communication_gpu_ns");
    fputc('{', json.out);
    for (int category = LEDGER_COMM_TENSOR; category <= LEDGER_COMM_DATA; category++) {
        open_item(json, category - LEDGER_COMM_TENSOR);
        fprintf(json.out, "\"%s\": {", ledger_category_name((LedgerCategory)category));
        for (int kind = 0; kind < LINK_KIND_COUNT; kind++) {
            fprintf(json.out, "%s\"%s\": %" PRId64, kind > 0 ? ", " : "", link_kind_name((LinkKind)kind),
                    results->comm_ns[category][kind]);
        }
        fputc('}', json.out);
    }
    close_list(json, 1, '}');
}

static void write_classes(Json json, const Results *results) {
    key(json, "classes");
    fputc('[', json.out);
    for (int i = 0; i < results->class_count; i++) {
        const GpuClassResults *row = &results->classes[i];
        open_item(json, i);
        cell_json_text_behind(json.out, "{\"name\": ", row->name);
        fprintf(json.out, ", \"gpus\": %" PRId64 ", \"first_rank\": %" PRId64 ", \"stage\": %d, \"ledger_ns\": {",
                row->gpus, row->first_rank, row->stage);
        for (int category = 0; category < LEDGER_COUNT; category++) {
            fprintf(json.out, "%s\"%s\": %" PRId64, category > 0 ? ", " : "",
                    ledger_category_name((LedgerCategory)category), row->ledger.ns[category]);
        }
        fputs("}}", json.out);
    }
    close_list(json, results->class_count, ']');
}

static void write_memory(Json json, const Results *results) {
    key(json, "memory");
    fputc('[', json.out);
    for (int i = 0; i < results->memory_count; i++) {
        const MemoryResults *row = &results->memory[i];
        open_item(json, i);
        cell_json_text_behind(json.out, "{\"class\": ", row->gpu_class);
        cell_json_number_behind(json.out, ", \"weights_bytes\": ", row->weights_bytes);
        cell_json_number_behind(json.out, ", \"gradients_bytes\": ", row->gradients_bytes);
        cell_json_number_behind(json.out, ", \"optimizer_bytes\": ", row->optimizer_bytes);
        cell_json_number_behind(json.out, ", \"activations_bytes\": ", row->activations_bytes);
        cell_json_number_behind(json.out, ", \"buffers_bytes\": ", row->buffers_bytes);
        cell_json_number_behind(json.out, ", \"total_bytes\": ", row->total_bytes);
        cell_json_number_behind(json.out, ", \"capacity_bytes\": ", row->capacity_bytes);
        fputc('}', json.out);
    }
    close_list(json, results->memory_count, ']');
}

static void write_fit_changes(Json json, const Results *results) {
    key(json, "fit_changes");
    fputc('[', json.out);
    for (int i = 0; i < results->fit_change_count; i++) {
        open_item(json, i);
        cell_json_text_behind(json.out, "{\"sentence\": ", results->fit_changes[i].sentence);
        cell_json_number_behind(json.out, ", \"total_bytes\": ", results->fit_changes[i].total_bytes);
        cell_json_number_behind(json.out, ", \"step_s\": ", results->fit_changes[i].step_s);
        fputc('}', json.out);
    }
    close_list(json, results->fit_change_count, ']');
}

static void write_critical(Json json, const Results *results) {
    key(json, "critical_path");
    fputc('[', json.out);
    for (int i = 0; i < results->critical_count; i++) {
        const CriticalPart *part = &results->critical[i];
        open_item(json, i);
        cell_json_text_behind(json.out, "{\"entity\": ", part->entity);
        fprintf(json.out, ", \"category\": \"%s\", \"ns\": %" PRId64 "}", ledger_category_name(part->category),
                part->ns);
    }
    close_list(json, results->critical_count, ']');
}

static void write_causes(Json json, const Results *results) {
    key(json, "causes");
    fputc('[', json.out);
    for (int i = 0; i < results->cause_count; i++) {
        const Cause *cause = &results->causes[i];
        open_item(json, i);
        fprintf(json.out, "{\"category\": \"%s\"", ledger_category_name(cause->category));
        cell_json_number_behind(json.out, ", \"fraction\": ", cause->fraction);
        cell_json_text_behind(json.out, ", \"sentence\": ", cause->sentence);
        cell_json_text_behind(json.out, ", \"advice\": ", cause->advice);
        fputc('}', json.out);
    }
    close_list(json, results->cause_count, ']');
}

static void write_assumptions(Json json, const Results *results) {
    key(json, "assumptions");
    fputc('[', json.out);
    for (int i = 0; i < results->assumption_count; i++) {
        open_item(json, i);
        cell_json_text(json.out, results->assumptions[i]);
    }
    close_list(json, results->assumption_count, ']');
}

/* The object of one job, or of the whole, from its name on. */
static void write_facts(Json json, const Results *results) {
    cell_json_text_behind(json.out, "\"name\": ", results->name);
    key(json, "lesson");
    cell_json_text(json.out, results->lesson);
    key(json, "kind");
    cell_json_text(json.out, results->kind);
    key(json, "status");
    fprintf(json.out, "\"%s\"", columns_status(results));
    key(json, "verdict");
    cell_json_text(json.out, results->verdict);
    key(json, "gpus");
    fprintf(json.out, "%" PRId64, results->gpus);
    key(json, "longest_step_ns");
    fprintf(json.out, "%" PRId64, results->status == RUN_OK ? results->step : 0);
}

static void write_sizes(Json json, const Results *results) {
    if (results->size_count == 0) {
        return;
    }
    key(json, "collective");
    collective_table_json(json.out, results, json.indent + 2);
}

static void write_interval(Json json, const Results *results) {
    if (results->interval.high_s <= 0) {
        return;
    }
    key(json, "interval");
    interval_text_json(json.out, results);
}

static void write_tables(Json json, const Results *results) {
    write_metrics(json, results);
    write_interval(json, results);
    write_ledger(json, results);
    write_links(json, results);
    write_causes(json, results);
    write_critical(json, results);
    write_memory(json, results);
    write_fit_changes(json, results);
    write_classes(json, results);
    write_sizes(json, results);
    write_assumptions(json, results);
}

/* What the jobs of a run have in common. */
static void write_seed(Json json, const Results *results) {
    key(json, "seed");
    fprintf(json.out, "%" PRIu64, results->seed);
    key(json, "event_count");
    fprintf(json.out, "%" PRIu64, results->event_count);
    key(json, "event_hash");
    fprintf(json.out, "\"%016" PRIx64 "\"", results->event_hash);
}

static void write_steps(Json json, const Results *job) {
    key(json, "start_ns");
    fprintf(json.out, "%" PRId64, job->start);
    key(json, "step_ends_ns");
    fputc('[', json.out);
    for (int64_t step = 0; job->step_ends != NULL && step < job->step_count; step++) {
        fprintf(json.out, "%s%" PRId64, step > 0 ? ", " : "", job->step_ends[step]);
    }
    fputc(']', json.out);
}

/* A job with its row of the matrix. */
static void write_job(Json json, const Contention *contention, int job) {
    fputs(job > 0 ? ", {" : "{", json.out);
    new_line(json, 1);
    write_facts(json, contention->jobs[job]);
    key(json, "slowdown");
    cell_json_number(json.out, contention->slowdown[job]);
    key(json, "exposed_gpu_s");
    cell_json_number(json.out, contention->exposed_gpu_s[job]);
    key(json, "due_gpu_s");
    fputc('[', json.out);
    for (int owner = 0; owner < contention->owner_count; owner++) {
        cell_json_number_behind(json.out, owner > 0 ? ", " : "", results_due_gpu_s(contention, job, owner));
    }
    fputc(']', json.out);
    write_steps(json, contention->jobs[job]);
    write_tables(json, contention->jobs[job]);
    new_line(json, 0);
    fputc('}', json.out);
}

/* Rows of the matrix are in the order of "owners". */
static void write_contention(Json json, const Contention *contention) {
    key(json, "owners");
    fputc('[', json.out);
    for (int owner = 0; owner < contention->owner_count; owner++) {
        cell_json_text_behind(json.out, owner > 0 ? ", " : "", contention->owners[owner]);
    }
    fputc(']', json.out);
    key(json, "jobs");
    fputc('[', json.out);
    for (int job = 0; job < contention->job_count; job++) {
        write_job((Json){json.out, json.indent + 2}, contention, job);
    }
    fputc(']', json.out);
}

void json_run_write(FILE *out, const Results *results, int indent) {
    Json json = {out, indent};
    fputc('{', out);
    new_line(json, 1);
    write_facts(json, results);
    write_seed(json, results);
    write_tables(json, results);
    if (results->contention != NULL) {
        write_contention(json, results->contention);
    }
    new_line(json, 0);
    fputc('}', out);
}
