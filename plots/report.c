#include "plots/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "plots/cell.h"
#include "plots/collective_file.h"
#include "plots/collective_table.h"
#include "plots/collective_view.h"
#include "plots/contention_file.h"
#include "plots/contention_table.h"
#include "plots/fabric_file.h"
#include "plots/format.h"
#include "plots/gnuplot.h"
#include "plots/grid_file.h"
#include "plots/job_folders.h"
#include "plots/jobs_file.h"
#include "plots/ledger_table.h"
#include "plots/memory_file.h"
#include "plots/output.h"
#include "plots/picture_file.h"
#include "plots/pictures.h"
#include "plots/script_head.h"
#include "plots/series_files.h"
#include "plots/sweep_file.h"
#include "plots/sweep_picture.h"
#include "plots/sweep_verdict.h"

typedef void RunWriter(FILE *out, const Results *results);

/* One file of a run's folder. */
static bool write_run_file(const Output *output, const char *name, RunWriter *write, const Results *results) {
    FILE *file = output_open(output, name);
    if (file != NULL) {
        write(file, results);
    }
    return output_close(output, file, name);
}

static void write_utilisation(FILE *out, const Results *results) {
    series_files_samples(out, results, "fraction");
}

static void write_memory(FILE *out, const Results *results) {
    series_files_samples(out, results, "bytes");
}

/* The installation's script, or palette, behind the head; false when it is not there. */
static bool append_script(const Output *output, FILE *out, const char *share, const char *name) {
    const char *path = arena_format(output->errors->arena, "%s/plots/%s.gp", share, name);
    FILE *script = fopen(path, "r");
    if (script == NULL) {
        error_list_add(output->errors, (ErrorPlace){.file = path}, NULL, "cannot read the plot script: %s",
                       strerror(errno));
        return false;
    }
    fputc('\n', out);
    for (int character = fgetc(script); character != EOF; character = fgetc(script)) {
        fputc(character, out);
    }
    fclose(script);
    return true;
}

static bool finish_script(const Output *output, FILE *file, const char *share, const char *name) {
    const char *path = arena_format(output->errors->arena, "plots/%s.gp", name);
    if (!append_script(output, file, share, "palette") || !append_script(output, file, share, name)) {
        output_abandon(output, file, path);
        return false;
    }
    return output_close(output, file, path);
}

static FILE *open_script(const Output *output, const char *name, ScriptTitle title) {
    FILE *file = output_open(output, arena_format(output->errors->arena, "plots/%s.gp", name));
    if (file != NULL) {
        script_head_title(file, output->errors->arena, name, title);
    }
    return file;
}

static void warn(const ReportTarget *target, const char *file, const char *message) {
    if (target->warnings != NULL) {
        error_list_add(target->warnings, (ErrorPlace){.file = file}, NULL, "%s", message);
    }
}

static void remove_picture(const Output *output, const char *name) {
    unlink(output_path(output, arena_format(output->errors->arena, "plots/%s.png", name)));
    unlink(output_path(output, arena_format(output->errors->arena, "plots/%s.svg", name)));
}

/* gnuplot is content with a full disk, so its files are looked at. */
static bool check_drawn(const Output *output, const char *name) {
    static const char *const ENDINGS[] = {"png", "svg"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        const char *file = output_path(output, arena_format(output->errors->arena, "plots/%s.%s", name, ENDINGS[i]));
        if (!picture_file_is_whole(file)) {
            error_list_add(output->errors, (ErrorPlace){.file = file}, NULL,
                           "gnuplot did not write the whole picture; is the disk full?");
            remove_picture(output, name);
            return false;
        }
    }
    return true;
}

/* Once is enough: the folders of jobs do not say it again. */
static void warn_missing(const ReportTarget *target, const Output *output, const char *name) {
    if (strcmp(target->folder, output->folder) != 0) {
        return;
    }
    warn(target, NULL,
         arena_format(output->errors->arena,
                      "no picture of the %s: gnuplot is not installed; the data and %s/plots/%s.gp are there", name,
                      output->folder, name));
}

/* False when a picture is not whole; without gnuplot, or with a script it refuses, there is none and a warning. */
static bool draw(const ReportTarget *target, const Output *output, const char *name) {
    if (!target->draw) {
        return true;
    }
    Arena *arena = output->errors->arena;
    const char *log = arena_format(arena, "%s.log", name);
    GnuplotOutcome outcome = gnuplot_run(output_path(output, "plots"), arena_format(arena, "%s.gp", name), log);
    const char *log_path = output_path(output, arena_format(arena, "plots/%s.log", name));
    if (outcome != GNUPLOT_FAILED) {
        unlink(log_path);
    }
    if (outcome == GNUPLOT_DONE) {
        return check_drawn(output, name);
    }
    remove_picture(output, name);
    if (outcome == GNUPLOT_MISSING) {
        warn_missing(target, output, name);
    } else {
        warn(target, log_path, "gnuplot could not draw this picture; its complaints are in this file");
    }
    return true;
}

static bool write_picture(const ReportTarget *target, const Output *output, const Picture *picture,
                          const Results *results) {
    ScriptTitle title = {results->name, results->lesson, results->verdict};
    FILE *file = open_script(output, picture->name, title);
    if (file == NULL) {
        return false;
    }
    picture->write_head(file, output->errors->arena, results);
    if (!finish_script(output, file, target->share, picture->name)) {
        return false;
    }
    return draw(target, output, picture->name);
}

static bool write_manifest(const ReportTarget *target, const Output *output, const char *kind, const char *name) {
    FILE *file = output_open(output, "manifest.json");
    if (file == NULL) {
        return false;
    }
    fputs("{\"program\": \"chokepoint\",\n \"version\": ", file);
    cell_json_text(file, target->version);
    fprintf(file, ",\n \"kind\": \"%s\",\n \"name\": ", kind);
    cell_json_text(file, name);
    fputs(",\n \"command\": ", file);
    cell_json_text(file, target->command);
    fprintf(file, ",\n \"seed\": %" PRIu64 ",\n \"scenario\": ", target->seed);
    cell_json_text(file, target->scenario);
    fputs("}\n", file);
    return output_close(output, file, "manifest.json");
}

/* Links are the cluster's: each of several jobs by itself has none. */
static bool write_links(const Output *output, const Results *results) {
    return results->link_count == 0 || (write_run_file(output, "links.csv", fabric_file_write_table, results) &&
                                        write_run_file(output, "series/fabric.dat", fabric_file_write, results));
}

static bool write_run_tables(const ReportTarget *target, const Output *output, const Results *results) {
    bool whole = write_run_file(output, "summary.txt", format_find("text")->write_run, results) &&
                 write_run_file(output, "summary.csv", format_find("csv")->write_run, results) &&
                 write_run_file(output, "ledger.csv", ledger_table_write, results) && write_links(output, results);
    if (whole && results->size_count > 0) {
        whole = write_run_file(output, "collective.csv", collective_table_csv, results);
    }
    if (whole && target->trace) {
        whole = write_run_file(output, "trace.json", format_find("trace")->write_run, results);
    }
    return whole;
}

static bool write_collectives(const Output *output, const Results *results) {
    return !collective_view_applies(results) ||
           write_run_file(output, "series/collective.dat", collective_file_write, results);
}

static bool write_run_series(const Output *output, const Results *results) {
    if (collective_view_is_all(results)) {
        return write_collectives(output, results) &&
               write_run_file(output, "series/utilisation.dat", write_utilisation, results);
    }
    bool ran = results->status == RUN_OK;
    return (!ran || (write_run_file(output, "series/timeline.dat", series_files_timeline, results) &&
                     write_run_file(output, "series/utilisation.dat", write_utilisation, results) &&
                     write_run_file(output, "series/utilisation_grid.dat", grid_file_write, results) &&
                     write_run_file(output, "series/memory.dat", write_memory, results) &&
                     write_run_file(output, "series/ledger.dat", series_files_ledger, results))) &&
           write_run_file(output, "series/memory_peak.dat", memory_file_write, results);
}

/* What several jobs have in common; timeline, series and memory are each job's own. */
static bool write_jobs_series(const Output *output, const Results *results) {
    return write_run_file(output, "contention.csv", contention_table_write, results) &&
           (results->status != RUN_OK ||
            (write_run_file(output, "series/contention.dat", contention_file_write, results) &&
             write_run_file(output, "series/jobs.dat", jobs_file_write, results) &&
             write_collectives(output, results) &&
             write_run_file(output, "series/ledger.dat", series_files_ledger, results)));
}

/* All of a folder but the manifest. */
static bool fill_folder(const ReportTarget *target, const Output *output, const Results *results) {
    bool whole = write_run_tables(target, output, results) &&
                 (results->contention != NULL ? write_jobs_series : write_run_series)(output, results);
    for (int i = 0; whole && i < pictures_count(); i++) {
        const Picture *picture = pictures_at(i);
        whole = !picture->applies(results) || write_picture(target, output, picture, results);
    }
    return whole;
}

/* jobs/NAME: a folder as of a run, but for the manifest. */
static bool write_jobs(const ReportTarget *target, const Output *output, const Contention *contention) {
    Arena *arena = output->errors->arena;
    const char *const *names = job_folders(arena, contention);
    bool whole = true;
    for (int job = 0; whole && job < contention->job_count; job++) {
        Output part = {output_path(output, arena_format(arena, "jobs/%s", names[job])), output->errors,
                       output->is_stopped};
        whole = output_make(&part) && fill_folder(target, &part, contention->jobs[job]);
    }
    return whole;
}

bool report_write_run(const ReportTarget *target, const Results *results, ErrorList *errors) {
    Output output = {target->folder, errors, target->is_stopped};
    return output_claim(&output) && fill_folder(target, &output, results) &&
           (results->contention == NULL || write_jobs(target, &output, results->contention)) &&
           write_manifest(target, &output, "run", results->name);
}

static bool write_sweep_file(const Output *output, const char *name, const char *format,
                             const SweepFindings *findings) {
    FILE *file = output_open(output, name);
    if (file != NULL) {
        format_find(format)->write_sweep(file, findings);
    }
    return output_close(output, file, name);
}

static bool write_sweep_series(const Output *output, const SweepFindings *findings, const SweepView *view) {
    FILE *file = output_open(output, "series/sweep.dat");
    if (file != NULL) {
        sweep_file_write(file, findings, view);
    }
    return output_close(output, file, "series/sweep.dat");
}

/* A picture of the best points only has to say so. */
static const char *picture_verdict(Arena *arena, const SweepFindings *findings, const SweepView *view) {
    const char *verdict = sweep_verdict(arena, findings);
    return *view->best_over == '\0' ? verdict
                                    : arena_format(arena, "Drawn: at each %s the best point over %s. %s", view->axis,
                                                   view->best_over, verdict);
}

static bool write_sweep_picture(const ReportTarget *target, const Output *output, const SweepFindings *findings) {
    Arena *arena = output->errors->arena;
    SweepView view = sweep_view_of(arena, findings);
    FILE *file = open_script(
        output, "sweep",
        (ScriptTitle){findings->sweep->name, findings->sweep->lesson, picture_verdict(arena, findings, &view)});
    if (file == NULL) {
        return false;
    }
    sweep_picture_write_head(file, arena, findings);
    if (!finish_script(output, file, target->share, "sweep")) {
        return false;
    }
    return draw(target, output, "sweep");
}

bool report_write_sweep(const ReportTarget *target, const SweepFindings *findings, ErrorList *errors) {
    Output output = {target->folder, errors, target->is_stopped};
    if (!output_claim(&output)) {
        return false;
    }
    SweepView view = sweep_view_of(errors->arena, findings);
    return write_sweep_file(&output, "summary.txt", "text", findings) &&
           write_sweep_file(&output, "summary.csv", "csv", findings) && write_sweep_series(&output, findings, &view) &&
           write_sweep_picture(target, &output, findings) &&
           write_manifest(target, &output, "sweep", findings->sweep->name);
}

static bool write_book_picture(const ReportTarget *target, const Output *output, const ReportBook *book) {
    FILE *file = open_script(output, book->picture, (ScriptTitle){book->name, book->lesson, book->verdict});
    if (file == NULL) {
        return false;
    }
    book->write_head(file, output->errors->arena, book->context);
    return finish_script(output, file, target->share, book->picture) && draw(target, output, book->picture);
}

bool report_write_book(const ReportTarget *target, const ReportBook *book, ErrorList *errors) {
    Output output = {target->folder, errors, target->is_stopped};
    bool whole = output_claim(&output);
    for (int i = 0; whole && i < book->file_count; i++) {
        FILE *file = output_open(&output, book->files[i].name);
        if (file != NULL) {
            book->files[i].write(file, book->context);
        }
        whole = output_close(&output, file, book->files[i].name);
    }
    return whole && write_book_picture(target, &output, book) &&
           write_manifest(target, &output, book->kind, book->name);
}
