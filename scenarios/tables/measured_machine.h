/*
 * measured_machine: machines of clouds that texts call by name, and the catalogue's nodes that have their constants.
 */
#ifndef SCENARIOS_TABLES_MEASURED_MACHINE_H
#define SCENARIOS_TABLES_MEASURED_MACHINE_H

/* The catalogue's node of the machine whose words are all in the text; NULL = none. */
const char *measured_machine_node(const char *text);

/* The catalogue's node that has the machine's network, though not always its GPUs; NULL = none. */
const char *measured_machine_network(const char *text);

#endif
