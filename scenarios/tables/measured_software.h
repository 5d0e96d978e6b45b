/*
 * measured_software: how well the software of a measured row is known: as its row of measured_framework.h says, or by
 * names in its columns `release`, `source` and `note` where that has no switches of their own for it. Measured is what
 * the tables of ../shared/data/training-measured are of, in any release: Megatron-LM with what is built on it, NeMo,
 * llm-foundry, InternEvo, and MaxText, which NVIDIA's recipes run. Read is what measured_framework.h and
 * measured_torch.h know from its code alone. It changes no step, only its interval (step_interval.h).
 */
#ifndef SCENARIOS_TABLES_MEASURED_SOFTWARE_H
#define SCENARIOS_TABLES_MEASURED_SOFTWARE_H

#include "models/spec.h"
#include "scenarios/tables/measured_row.h"

/* What is not measured is noted as an assumption. */
SoftwareKnown measured_software_read(MeasuredRow *row);

#endif
