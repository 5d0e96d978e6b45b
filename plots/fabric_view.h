/*
 * fabric_view: the fabric of a run as a drawing: nodes on a line, switches in rows above them, links between them with
 * how full they were. Links side by side in one direction are one line, as full as the fullest of them; of very many
 * lines only the busiest stay; nodes beyond a few dozen have no lines of their own, only a wedge to their switch.
 * Positions: x 0..1, y 0 at the nodes and 1, 2, 3 at the levels of switches.
 */
#ifndef PLOTS_FABRIC_VIEW_H
#define PLOTS_FABRIC_VIEW_H

#include "models/results.h"
#include "sim/engine/arena.h"

enum { FABRIC_VIEW_LINES_MAX = 3000, FABRIC_VIEW_NODES_MAX = 64, FABRIC_VIEW_CELLS_MAX = 1000 };

typedef struct FabricSpot {
    FabricEnd end;
    const char *label; /* "leaf[3]"; without a name "spine 3", "spines" when it is the only one of its level */
    double x;
    double y;
    double low_x; /* nodes whose NICs hang on it; low_x > high_x = none */
    double high_x;
} FabricSpot;

typedef struct FabricLine {
    int from; /* spots */
    int to;
    double percent;   /* of the fullest link, of its capacity over the run */
    const char *name; /* of that link */
    LinkKind kind;
} FabricLine;

/* A node, or several neighbours: the fullest of their NICs and ports. */
typedef struct FabricCell {
    double nic_percent;
    double port_percent;
} FabricCell;

typedef struct FabricView {
    int nodes;
    int levels;              /* rows of switches that are there */
    const FabricSpot *spots; /* nodes when they are drawn, and switches */
    int spot_count;
    const FabricLine *lines; /* ascending by percent: the busiest are drawn last */
    int line_count;
    int hidden_lines;
    const FabricLine *busiest; /* hidden ones too, and the fullest port of each node (`from` is -1), descending */
    int busiest_count;
    const FabricCell *cells;
    int cell_count;
} FabricView;

/* True when there is something to draw: more than one node, and a run. */
bool fabric_view_applies(const Results *results);

FabricView fabric_view_create(const Results *results, Arena *arena);

#endif
