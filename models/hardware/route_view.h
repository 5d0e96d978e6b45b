/*
 * route_view: a route through a network link by link, for people: what each link adds to the latency and how wide it
 * is for the message. A switch counts with the link behind it, a NIC with the way out. It computes nothing that the
 * simulation uses.
 */
#ifndef MODELS_HARDWARE_ROUTE_VIEW_H
#define MODELS_HARDWARE_ROUTE_VIEW_H

#include "models/hardware/network.h"

typedef struct RouteHop {
    LinkId link;
    LinkKind kind;
    double bytes_per_s;    /* that large transfers reach */
    double latency_s;      /* that it adds on a way over it */
    double share_fraction; /* (0, 1]; of the message on that link */
} RouteHop;

typedef struct RouteView {
    RouteHop hops[NETWORK_ROUTE_LINKS_MAX];
    int hop_count; /* 0 on the same GPU */
    double latency_s;
    int narrowest;      /* index of the hop that takes longest, -1 without hops */
    double bytes_per_s; /* of a large message alone on the way; 0 without hops */
} RouteView;

/* Fills in all of the view. */
void route_view_fill(const Network *network, int from_gpu, int to_gpu, RouteView *view);

#endif
