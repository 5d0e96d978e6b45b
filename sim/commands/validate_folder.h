/*
 * validate_folder: the folder of a comparison with measurements: summary.txt, rows.csv with every measured run,
 * files.csv, the data and the picture (simulated over measured, and the error by file), manifest.json.
 */
#ifndef SIM_COMMANDS_VALIDATE_FOLDER_H
#define SIM_COMMANDS_VALIDATE_FOLDER_H

#include "plots/report.h"
#include "scenarios/validation/validation_set.h"

/* False when an error was added, or the writing was stopped. */
bool validate_folder_write(const ReportTarget *target, const ValidationSet *set, ErrorList *errors);

#endif
