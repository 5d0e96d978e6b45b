/*
 * text: a page for people, at most 100 columns wide, the verdict first.
 */
#include "plots/format.h"
#include "plots/run_text.h"
#include "plots/sweep_text.h"

const Format format_text = {
    .name = "text",
    .summary = "a page for people: the verdict, where the GPU time went, what to change",
    .file_extension = "txt",
    .write_run = run_text_write,
    .write_sweep = sweep_text_write,
};
