#include "models/workload/collective_run.h"

#include <stdlib.h>

#include "models/communication/collective_flows.h"
#include "sim/engine/array.h"

/* What is needed while messages are on their way. */
typedef struct UnderWay {
    CollectiveRun *run;
    FlowGraph *flows;
    double *lost_s; /* [owner]: of all flows together; NULL = not noted */
    SimTime start;
} UnderWay;

/* Flows lose side by side and not all count: what the call took longer than alone is parted as they lost to others. */
static void note_losses(const UnderWay *under_way) {
    const CollectiveRun *run = under_way->run;
    Step *step = run->step;
    const StepGround *ground = &step->ground;
    double late_s = sim_time_to_s(engine_now(ground->engine) - under_way->start) - run->alone_s, sum_s = 0;
    for (uint32_t owner = 0; owner < step->owners; owner++)
        sum_s += owner != ground->owner ? under_way->lost_s[owner] : 0;
    for (uint32_t owner = 0; owner < step->owners && sum_s > 0 && late_s > 0; owner++)
        if (owner != ground->owner)
            step->lost_s[(size_t)run->task * step->owners + owner] = late_s * under_way->lost_s[owner] / sum_s;
}

void collective_run_stop(CollectiveRun *run) {
    if (!run->under_way)
        return;
    flow_graph_destroy(run->under_way->flows);
    free(run->under_way->lost_s);
    free(run->under_way);
    run->under_way = NULL;
}

static void on_done(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    UnderWay *under_way = subject;
    CollectiveRun *run = under_way->run;
    note_losses(under_way);
    collective_run_stop(run);
    task_graph_end_task(run->step->graph, run->task);
}

static void on_begin(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    CollectiveRun *run = subject;
    const StepGround *ground = &run->step->ground;
    size_t none = 0, owners = run->step->owners;
    UnderWay *under_way = array_grow(NULL, &none, 1, sizeof *under_way);
    *under_way = (UnderWay){.run = run, .start = engine_now(engine)};
    under_way->flows = collective_flows_create(&run->call, run->algorithm, run->network, run->links);
    none = 0;
    if (owners > 0)
        under_way->lost_s = array_grow(NULL, &none, owners, sizeof *under_way->lost_s);
    for (size_t owner = 0; owner < owners; owner++)
        under_way->lost_s[owner] = 0;
    run->under_way = under_way;
    flow_graph_note_losses(under_way->flows, ground->owner, under_way->lost_s);
    flow_graph_start(under_way->flows, engine, ground->share, (Event){on_done, under_way, 0});
}

Event collective_run_begin(CollectiveRun *run) {
    return (Event){on_begin, run, 0};
}
