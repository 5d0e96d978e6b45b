/*
 * kernel_fit_text: fitted constants of a GPU's kernels as a page of text: what was found beside what the catalogue has,
 * the errors of the half that judges, where the model extrapolates, and the lines to put into a catalogue entry; or as
 * json.
 */
#ifndef SIM_COMMANDS_KERNEL_FIT_TEXT_H
#define SIM_COMMANDS_KERNEL_FIT_TEXT_H

#include <stdio.h>

#include "scenarios/calibration/kernel_fit.h"

void kernel_fit_text_write(FILE *out, const KernelFit *fit, Arena *arena);
void kernel_fit_json_write(FILE *out, const KernelFit *fit);

#endif
