/*
 * measured_interconnect: the text of an interconnect as people write it in the forms that measured_network reads, a
 * count in front of its rate or generation and a rate in bits: "8xHDR" is "8x HDR", "8x400" is "8x400Gb", "RoCE 8x50
 * GB/s" is "RoCE 8x400 Gb/s", "dual 25GbE" is "2x 25GbE", "HDR x4" and "HDR (4 NICs)" are "4x HDR". Whatever is clear
 * already, or is not clear, is left as it is.
 */
#ifndef SCENARIOS_TABLES_MEASURED_INTERCONNECT_H
#define SCENARIOS_TABLES_MEASURED_INTERCONNECT_H

#include <stdbool.h>

#include "sim/engine/arena.h"

const char *measured_interconnect_plain(const char *text, Arena *arena);

/* Whether the text says that the network above the NICs is narrower: "2:1 oversubscribed", "tapered". */
bool measured_interconnect_is_narrow(const char *text);

#endif
