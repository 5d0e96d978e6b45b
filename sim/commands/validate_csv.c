#include "sim/commands/validate_csv.h"

#include <inttypes.h>
#include <math.h>

#include "plots/cell.h"

static const char *const STATUS_NAMES[] = {"ok", "out_of_memory", "not_run"};

static void write_text(FILE *out, const char *text) {
    cell_csv_text(out, text);
    fputc(',', out);
}

static void write_numbers(FILE *out, const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputc(',', out);
        cell_number(out, values[i]);
    }
}

/* Empty cells for a row that was not run. */
static void write_plan(FILE *out, const ValidationRow *row) {
    if (row->status == VALIDATION_NOT_RUN) {
        fputs(",,,,,,,,,,,,", out);
        return;
    }
    const JobSpec *job = &row->run.spec.jobs[0];
    const PlanSpec *plan = &job->training.plan;
    write_text(out, row->run.spec.cluster.node.gpu.name);
    fprintf(out, "%" PRId64 ",%s,%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, job->gpus,
            precision_name(plan->precision), plan->tensor_parallel, plan->pipeline_parallel, plan->virtual_stages,
            plan->context_parallel);
    fprintf(out, ",%" PRId64 ",%d,%" PRId64 ",%" PRId64 ",%s,", plan->data_parallel, plan_zero_stage(plan),
            plan->micro_batch_seqs, plan->global_batch_seqs, recompute_name(plan->recompute));
}

static void write_row(FILE *out, const ValidationFile *file, const ValidationRow *row) {
    write_text(out, file->name);
    fprintf(out, "%d,%s,", row->run.line, STATUS_NAMES[row->status]);
    write_text(out, row->run.model);
    write_plan(out, row);
    const double figures[] = {row->run.step_s > 0 ? row->run.step_s : NAN,
                              row->simulated_s,
                              row->high_s > 0 ? row->low_s : NAN,
                              row->high_s > 0 ? row->high_s : NAN,
                              row->error_fraction,
                              row->null_s,
                              row->null_error_fraction,
                              row->run.peak_bytes > 0 ? row->run.peak_bytes : NAN,
                              row->compared_bytes,
                              row->peak_bytes,
                              row->capacity_bytes};
    write_numbers(out, figures, sizeof figures / sizeof *figures);
    fputc(',', out);
    cell_csv_text(out, row->run.reason);
    fputc('\n', out);
}

void validate_csv_rows(FILE *out, const ValidationSet *set) {
    fputs("file,line,status,model,gpu,gpus,precision,tensor_parallel,pipeline_parallel,virtual_stages,context_parallel,"
          "data_parallel,zero_stage,micro_batch,global_batch,recompute,measured_s,simulated_s,low_s,high_s,error_"
          "fraction,null_s,"
          "null_error_fraction,measured_peak_bytes,compared_bytes,peak_bytes,capacity_bytes,reason\n",
          out);
    for (int i = 0; i < set->file_count; i++)
        for (int row = 0; set->files[i].runs != NULL && row < set->files[i].runs->row_count; row++)
            write_row(out, &set->files[i], &set->files[i].runs->rows[row]);
}

static void write_errors(FILE *out, const ValidationErrors *ours, const ValidationErrors *null) {
    const double figures[] = {ours->mean_absolute_fraction, ours->median_absolute_fraction,
                              ours->tenth_fraction,         ours->bias_fraction,
                              ours->worst_fraction,         null->mean_absolute_fraction};
    write_numbers(out, figures, sizeof figures / sizeof *figures);
}

static void write_counts(FILE *out, const char *name, int rows, const int *counts) {
    write_text(out, name);
    fprintf(out, "%d,%d,%d,%d,", rows, counts[VALIDATION_RAN], counts[VALIDATION_OUT_OF_MEMORY],
            counts[VALIDATION_NOT_RUN]);
}

static void write_plans(FILE *out, const PlanRanks *ranks) {
    const double figures[] = {ranks->groups, ranks->mean_correlation, ranks->median_correlation,
                              ranks->pooled_correlation};
    fputc(',', out);
    write_numbers(out, figures, sizeof figures / sizeof *figures);
}

static void write_rest(FILE *out, const SignCount *signs, const IntervalCoverage *coverage) {
    fprintf(out, ",%d,%d,%d,%d\n", signs->pairs, signs->right, coverage->rows, coverage->held);
}

void validate_csv_files(FILE *out, const ValidationSet *set) {
    fputs("file,rows,ran,out_of_memory,not_run,mean_absolute_fraction,median_absolute_fraction,tenth_fraction,"
          "bias_fraction,worst_fraction,null_mean_absolute_fraction,plan_groups,mean_rank_correlation,"
          "median_rank_correlation,pooled_rank_correlation,what_if_pairs,what_if_right,"
          "interval_rows,interval_held\n",
          out);
    for (int i = 0; i < set->file_count; i++) {
        const ValidationFile *file = &set->files[i];
        if (file->runs == NULL)
            continue;
        write_counts(out, file->name, file->runs->row_count, file->runs->counts);
        write_errors(out, &file->runs->ours, &file->runs->null);
        write_plans(out, &file->ranks);
        write_rest(out, &file->signs.all, &file->coverage);
    }
    write_counts(out, "all", set->all.rows, set->all.counts);
    write_errors(out, &set->all.ours, &set->all.null);
    fputs(",NaN,NaN,NaN,NaN", out);
    write_rest(out, &set->all.signs.all, &set->all.coverage);
}
