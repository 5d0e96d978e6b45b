#include "models/account/quiet_attribution.h"

/* The end of the work of a pass, or of its message. */
typedef struct Moment {
    int place; /* -1 = the start of the step */
    bool message;
} Moment;

static Moment what_started_message(const QuietPasses *quiet, int place) {
    if (quiet->passes[place].sending == quiet->passes[place].end)
        return (Moment){place, false};
    do
        place--;
    while (quiet->passes[place].sent < 0);
    return (Moment){place, true};
}

/* At equal ends it is the message, not the pass before. */
static Moment what_started_work(const QuietPasses *quiet, int place) {
    const QuietPass *pass = &quiet->passes[place];
    if (pass->sender >= 0 && (pass->first || quiet->passes[pass->sender].sent >= quiet_left_at(quiet, place - 1)))
        return (Moment){pass->sender, true};
    if (pass->first)
        return (Moment){-1, false};
    return (Moment){place - 1, !quiet->overlaps && quiet->passes[place - 1].sent >= 0};
}

static void add_message(QuietTime time, LinkKind link, int64_t ns) {
    ledger_add(time.row, LEDGER_COMM_PIPELINE, ns);
    time.comm_ns[LEDGER_COMM_PIPELINE][link] += ns;
}

/* Follows what started what, back from `moment`, which ended at `until`. */
static SimTime explain(const QuietPasses *quiet, Moment moment, SimTime from, SimTime until, QuietTime time) {
    while (until > from && moment.place >= 0) {
        const QuietPass *pass = &quiet->passes[moment.place];
        const QuietWork *work = &quiet->works[pass->work];
        SimTime start = moment.message ? pass->sending : pass->start;
        SimTime since = start > from ? start : from;
        if (moment.message)
            add_message(time, work->message_link, until - since);
        else
            ledger_add(time.row, LEDGER_PIPELINE_BUBBLE, until - since);
        until = since;
        moment = moment.message ? what_started_message(quiet, moment.place) : what_started_work(quiet, moment.place);
    }
    return until;
}

static void add_work(const QuietPasses *quiet, const QuietWork *work, QuietTime time) {
    ledger_accumulate(time.row, &work->row, work->count);
    for (int link = 0; link < LINK_KIND_COUNT; link++) {
        ledger_add(time.row, LEDGER_COMM_TENSOR, work->late_ns[link]);
        time.comm_ns[LEDGER_COMM_TENSOR][link] += work->tensor_ns[link] * work->count + work->late_ns[link];
    }
    if (!quiet->overlaps && work->message_way != NULL)
        add_message(time, work->message_link, work->message * work->count + work->late_message_ns);
}

void quiet_attribution_of_stage(const QuietPasses *quiet, int stage, QuietTime time) {
    int first = stage * quiet->per_stage;
    SimTime now = 0;
    int works = quiet_works_of_stage(&quiet->shape);
    for (int i = 0; i < works; i++)
        add_work(quiet, &quiet->works[stage * works + i], time);
    for (int place = first; place < first + quiet->counts[stage]; place++) {
        const QuietPass *pass = &quiet->passes[place];
        if (pass->start > now) {
            SimTime until = explain(quiet, (Moment){pass->sender, true}, now, pass->start, time);
            ledger_add(time.row, LEDGER_IDLE, until - now);
        }
        now = quiet_left_at(quiet, place);
    }
}

SimTime quiet_attribution_explain(const QuietPasses *quiet, const StepTask *timer, SimTime from, SimTime until,
                                  QuietTime time) {
    return explain(quiet, (Moment){timer->micro_batch, timer->chunk}, from, until, time);
}
