/*
 * measured_mixture: mixtures of experts of which a row's columns do not tell enough (latent attention, shared experts,
 * dense layers among the others): by the name in `model` the catalogue's entry is taken, where the row's hidden, layers
 * and heads are the entry's. A cut-down model of the same name is none of them.
 */
#ifndef SCENARIOS_TABLES_MEASURED_MIXTURE_H
#define SCENARIOS_TABLES_MEASURED_MIXTURE_H

#include "models/plan/transformer.h"
#include "scenarios/reader/catalogue.h"
#include "scenarios/tables/measured_row.h"

/* Fills in the model but its name and vocabulary, and notes it; false when the row's model is none of these. */
bool measured_mixture_read(MeasuredRow *row, const Catalogue *catalogue, TransformerSpec *model);

#endif
