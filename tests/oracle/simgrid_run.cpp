/*
 * Runs a flow_case with SimGrid 3.32. C++, because the C interface of SimGrid can neither build a platform nor start a
 * communication without an actor on each side; this is its leanest way: no actors, plain max-min (CM02 without latency
 * weighs every flow alike), no cross traffic, no TCP window.
 */
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>

extern "C" {
#include "tests/oracle/flow_case.h"
}

#include <string>
#include <vector>

namespace sg4 = simgrid::s4u;

struct SimgridRun {
    const FlowCase *flow_case;
    double *end_s;
    std::vector<sg4::Host *> hosts;
    std::vector<sg4::CommPtr> comms;
    std::vector<int> sent;
    std::vector<int> received;
};

static SimgridRun *the_run; /* the signal of SimGrid is global too */

static void start_flow(int index) {
    const Flow &flow = the_run->flow_case->flows[index];
    sg4::CommPtr comm = sg4::Comm::sendto_init(the_run->hosts[flow.from], the_run->hosts[flow.to]);
    comm->set_payload_size(static_cast<uint64_t>(flow.bytes));
    comm->set_data(reinterpret_cast<void *>(static_cast<intptr_t>(index)));
    comm->vetoable_start();
    the_run->comms[index] = comm;
}

static void ring_advances(int flow) {
    if (the_run->received[flow] >= the_run->sent[flow] && the_run->sent[flow] < the_run->flow_case->ring_steps)
        start_flow(flow);
}

static void end_flow(sg4::Activity const &activity) {
    int flow = static_cast<int>(reinterpret_cast<intptr_t>(activity.get_data<void>()));
    the_run->end_s[flow] = sg4::Engine::get_clock();
    if (the_run->flow_case->ring_steps == 0)
        return;
    int next = (flow + 1) % the_run->flow_case->flow_count;
    the_run->sent[flow]++;
    the_run->received[next]++;
    ring_advances(flow);
    if (the_run->received[next] == the_run->sent[next])
        ring_advances(next);
}

static sg4::LinkInRoute hop(const std::vector<sg4::Link *> &links, int link) {
    return sg4::LinkInRoute(links[link]);
}

static void build_star(sg4::NetZone *zone, const std::vector<sg4::Link *> &links, int count) {
    for (int i = 0; i < count; i++) {
        auto *point = the_run->hosts[i]->get_netpoint();
        zone->add_route(point, nullptr, nullptr, nullptr, std::vector<sg4::LinkInRoute>{hop(links, i)}, false);
        zone->add_route(nullptr, point, nullptr, nullptr, std::vector<sg4::LinkInRoute>{hop(links, count + i)}, false);
    }
}

static void build_routes(sg4::NetZone *zone, const std::vector<sg4::Link *> &links, const FlowCase *flow_case) {
    std::vector<bool> known(static_cast<size_t>(flow_case->host_count) * flow_case->host_count);
    for (int i = 0; i < flow_case->flow_count; i++) {
        const Flow &flow = flow_case->flows[i];
        if (known[static_cast<size_t>(flow.from) * flow_case->host_count + flow.to])
            continue;
        known[static_cast<size_t>(flow.from) * flow_case->host_count + flow.to] = true;
        std::vector<sg4::LinkInRoute> route;
        for (int h = 0; h < flow.hop_count; h++)
            route.push_back(hop(links, flow_case->hops[flow.first_hop + h]));
        zone->add_route(the_run->hosts[flow.from]->get_netpoint(), the_run->hosts[flow.to]->get_netpoint(), nullptr,
                        nullptr, route, false);
    }
}

static void build(const FlowCase *flow_case) {
    auto *zone = flow_case->is_star ? sg4::create_star_zone("all") : sg4::create_full_zone("all");
    std::vector<sg4::Link *> links;
    for (int i = 0; i < flow_case->host_count; i++)
        the_run->hosts.push_back(zone->create_host("h" + std::to_string(i), 1e9)->seal());
    for (int i = 0; i < flow_case->link_count; i++)
        links.push_back(zone->create_link("l" + std::to_string(i), flow_case->bytes_per_s[i])
                            ->set_latency(flow_case->latency_s)
                            ->seal());
    if (flow_case->is_star)
        build_star(zone, links, flow_case->host_count);
    else
        build_routes(zone, links, flow_case);
    zone->seal();
}

extern "C" double flow_case_run_simgrid(const FlowCase *flow_case, double *end_s) {
    const char *words[] = {"oracle",
                           "--cfg=network/model:CM02",
                           "--cfg=network/crosstraffic:0",
                           "--cfg=network/TCP-gamma:0",
                           "--cfg=network/weight-S:0",
                           "--cfg=network/bandwidth-factor:1",
                           "--cfg=network/latency-factor:1",
                           "--cfg=surf/precision:1e-9",
                           "--cfg=maxmin/precision:1e-9",
                           "--log=root.thres:error"};
    std::vector<char *> arguments;
    for (const char *word : words)
        arguments.push_back(const_cast<char *>(word));
    int argument_count = static_cast<int>(arguments.size());
    sg4::Engine engine(&argument_count, arguments.data());
    SimgridRun run{flow_case, end_s, {}, {}, {}, {}};
    the_run = &run;
    run.comms.resize(flow_case->flow_count);
    run.sent.resize(flow_case->flow_count);
    run.received.resize(flow_case->flow_count);
    build(flow_case);
    sg4::Activity::on_completion_cb(end_flow);
    double begin_s = wall_clock_s();
    for (int i = 0; i < flow_case->flow_count; i++) {
        if (flow_case->flows[i].start_s > 0.0)
            simgrid::kernel::timer::Timer::set(flow_case->flows[i].start_s, [i] { start_flow(i); });
        else
            start_flow(i);
    }
    engine.run();
    return wall_clock_s() - begin_s;
}
