/*
 * calibrate_text: fitted constants of links as a page of text: what was found beside what the catalogue has, the errors
 * of every series, and the lines to put into a catalogue entry; or as json.
 */
#ifndef SIM_COMMANDS_CALIBRATE_TEXT_H
#define SIM_COMMANDS_CALIBRATE_TEXT_H

#include <stdio.h>

#include "scenarios/calibration/comm_fit.h"

/* `given` is the node before the fit. */
void calibrate_text_write(FILE *out, const CommFit *fit, const NodeSpec *given);
void calibrate_json_write(FILE *out, const CommFit *fit);

#endif
