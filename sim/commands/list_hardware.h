/*
 * list_hardware: the facts of the catalogue's GPUs and nodes by which a person chooses one, as texts of their files:
 * memory, bandwidth, dense 16-bit peak; GPUs, the link between them, NICs. A figure that a file does not have, or a
 * file that cannot be read, is "-": whoever uses the entry is told what is wrong with it.
 */
#ifndef SIM_COMMANDS_LIST_HARDWARE_H
#define SIM_COMMANDS_LIST_HARDWARE_H

#include "scenarios/reader/catalogue.h"
#include "sim/commands/list_items.h"

/* Names the columns and fills in the facts of each item, all of which are entries of the catalogue. */
void list_hardware_gpus(ListItems *list, const Catalogue *catalogue);
void list_hardware_nodes(ListItems *list, const Catalogue *catalogue);

#endif
