#include "models/account/step_interval.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <math.h>

#include "models/account/pass_shares.h"
#include "sim/engine/engine.h"

static const double HELD_FRACTION = 0.8;

/* Data loading, offload, checkpoints and the like: assumed. */
static const double OTHER_SPREAD = 0.3;

/*
 * Not of any constant: what measured steps are wider than the constants explain, by variances, at least 0: the root
 * mean square over the nine tables of ../shared/data/training-measured, which `make validate` prints ("rest"), as it
 * was when the intervals were introduced; the rest of later models is smaller, and the intervals so much wider. It is
 * no measurement of a part but an estimate from whole runs; each table's own intervals with the rest of the other
 * tables instead ("left out") say what it is worth on runs never seen.
 */
const double STEP_FORM_SPREAD = 0.053;

/*
 * The same over the four tables of two models on T4 in ../shared/data/training-measured/pollux_t4 (0, 0.07, 0 and 0.23;
 * tests/validation/test_pollux.c prints them), with what is known of how they ran; other lists and other GPUs were not
 * compared at all.
 */
const double STEP_LIST_FORM_SPREAD = 0.12;

/*
 * Upwards only, by what is known of the software (SoftwareKnown), as a tenth of steps is longer.
 *
 * READ: the rest of the published runs of such software (tests/validation/published), the root mean square over five
 * tables: what a tenth of their rows is longer by than the constants explain (0.05 mosaicgpt_a100, 0.06
 * flagperf_paddle, 0.28 pytorch_fsdp, 0.36 other_clusters, 0.42 printed_memory); `validate` prints it, with each table
 * left out.
 *
 * UNKNOWN: how much longer than the fastest framework the others take for the same model, batch and V100s: of 40
 * figures for ResNet-50 and BERT-base by TensorFlow, MXNet, PyTorch, PaddlePaddle and OneFlow a tenth is 1.70 times
 * as long or more, without those of PyTorch for BERT, which dlperf_v100 may have (Oneflow-Inc/DLPerf,
 * reports/dlperf_benchmark_test_report_v1.md). None of these judges an interval.
 */
static const double SOFTWARE_SPREAD[SOFTWARE_COUNT] = {[SOFTWARE_READ] = 0.29, [SOFTWARE_UNKNOWN] = 0.41};

/* The kernels' parts are those of pass_shares.h and come first. */
enum { PART_PORT = PASS_PARTS, PART_NETWORK, PART_OTHER, PART_FORM, PART_SOFTWARE, PART_COUNT };

static const char *const NAMES[PART_COUNT] = {
    "matrix products",          "attention", "memory-bound kernels",    "host and launches",
    "links inside a node",      "network",   "storage and host memory", "what is not modelled",
    "software, if it is slower"};

/* Shares towards a shorter and towards a longer step, and spreads, by part. */
typedef struct Parts {
    double down[PART_COUNT];
    double up[PART_COUNT];
    double spread[PART_COUNT];
} Parts;

double step_interval_software_spread(SoftwareKnown known) {
    return SOFTWARE_SPREAD[known];
}

double step_interval_factor(double spread) {
    return exp(gsl_cdf_ugaussian_Pinv((1 + HELD_FRACTION) / 2) * spread);
}

static bool is_waiting(LedgerCategory category) {
    return category == LEDGER_PIPELINE_BUBBLE || category == LEDGER_STRAGGLER || category == LEDGER_IDLE ||
           category == LEDGER_LOST_WORK;
}

static bool is_kernels(LedgerCategory category) {
    return category <= LEDGER_LAUNCH_OVERHEAD;
}

static double sum_of(const LedgerRow *ledger, bool (*belongs)(LedgerCategory)) {
    double sum = 0;
    for (int category = 0; category < LEDGER_COUNT; category++)
        sum += belongs((LedgerCategory)category) ? (double)ledger->ns[category] : 0;
    return sum;
}

/* Of communication alone: what offload and storage move is as sure as those are. */
static double exposed_ns(const Results *results, int from_kind, int to_kind) {
    double sum = 0;
    for (int category = LEDGER_COMM_TENSOR; category <= LEDGER_COMM_DATA; category++)
        for (int kind = from_kind; kind <= to_kind; kind++)
            sum += (double)results->comm_ns[category][kind];
    return sum;
}

/* How busy the fullest link of these kinds is over the run, 0..1. */
static double busy_fraction(LinkUses links, int from_kind, int to_kind) {
    double most = 0;
    for (int i = 0; i < links.count; i++)
        if ((int)links.items[i].kind >= from_kind && (int)links.items[i].kind <= to_kind)
            most = fmax(most, links.items[i].fullest_fraction);
    return fmin(most, 1);
}

/* Of the hidden share: how much counts when links are slower by their spread. */
static double coming_out(double busy, double exposed, double spread) {
    if (busy <= exposed || spread <= 0)
        return 0;
    return (busy - exposed) * gsl_cdf_ugaussian_P(-(1 - busy) / (spread * busy));
}

static void add_link(Parts *parts, int part, double exposed, double busy) {
    parts->down[part] = exposed;
    parts->up[part] = exposed + coming_out(busy, exposed, parts->spread[part]);
}

static void add_links(Parts *parts, const NodeSpec *node, LinkUses links, const Results *results, double moving_ns) {
    parts->spread[PART_PORT] = node->nvlink.bytes_per_s > 0 ? node->nvlink.spread : node->pcie.spread;
    parts->spread[PART_NETWORK] = node->nic.spread;
    add_link(parts, PART_PORT, exposed_ns(results, LINK_NVLINK, LINK_NVLINK) / moving_ns,
             busy_fraction(links, LINK_NVLINK, LINK_NVLINK));
    add_link(parts, PART_NETWORK, exposed_ns(results, LINK_NIC, LINK_FABRIC) / moving_ns,
             busy_fraction(links, LINK_NIC, LINK_FABRIC));
}

static double spread_of(const Parts *parts, const double *shares) {
    double variance = 0;
    for (int part = 0; part < PART_FORM; part++)
        variance += pow(shares[part] * parts->spread[part], 2);
    return sqrt(variance);
}

static double weight(const Doubt *doubt) {
    return doubt->share_fraction * doubt->spread;
}

static void list_doubts(const Parts *parts, Arena *arena, StepInterval *interval) {
    Doubt *doubts = ARENA_ARRAY(arena, PART_COUNT, Doubt);
    for (int part = 0; part < PART_COUNT; part++) {
        Doubt doubt = {NAMES[part], parts->up[part], parts->spread[part]};
        int at = interval->doubt_count;
        if (weight(&doubt) <= 0)
            continue;
        for (; at > 0 && weight(&doubts[at - 1]) < weight(&doubt); at--)
            doubts[at] = doubts[at - 1];
        doubts[at] = doubt;
        interval->doubt_count++;
    }
    interval->doubts = doubts;
}

static StepInterval interval_of(const Parts *parts, double step_s) {
    double form_spread = parts->spread[PART_FORM];
    StepInterval interval = {.down_spread = spread_of(parts, parts->down), .up_spread = spread_of(parts, parts->up)};
    interval.low_s = step_s * step_interval_factor(-hypot(interval.down_spread, form_spread));
    interval.high_s =
        step_s * step_interval_factor(gsl_hypot3(interval.up_spread, form_spread, parts->spread[PART_SOFTWARE]));
    return interval;
}

void step_interval_fill(const SimulationSpec *spec, const JobSpec *job, LinkUses links, Arena *arena,
                        Results *results) {
    const NodeSpec *node = &spec->cluster.node;
    double moving_ns = (double)ledger_sum(&results->ledger) - sum_of(&results->ledger, is_waiting);
    if (job->kind != JOB_TRAINING || results->status != RUN_OK || moving_ns <= 0)
        return;
    bool is_list = training_family(&job->training) == FAMILY_LAYERS;
    PassShares passes = pass_shares_of(&job->training, &node->gpu, arena);
    double kernels = sum_of(&results->ledger, is_kernels) / moving_ns;
    Parts parts = {.spread = {[PART_OTHER] = OTHER_SPREAD,
                              [PART_FORM] = is_list ? STEP_LIST_FORM_SPREAD : STEP_FORM_SPREAD,
                              [PART_SOFTWARE] = SOFTWARE_SPREAD[job->software]},
                   .down = {[PART_FORM] = 1},
                   .up = {[PART_FORM] = 1, [PART_SOFTWARE] = 1}};
    for (int part = 0; part < PASS_PARTS; part++) {
        parts.spread[part] = passes.spread[part];
        parts.down[part] = parts.up[part] = kernels * passes.share[part];
    }
    add_links(&parts, node, links, results, moving_ns);
    double known = kernels + parts.down[PART_PORT] + parts.down[PART_NETWORK];
    parts.down[PART_OTHER] = parts.up[PART_OTHER] = fmax(0, 1 - known);
    results->interval = interval_of(&parts, sim_time_to_s(results->wall) / (double)results->step_count);
    results->interval.beyond = passes.beyond;
    results->interval.beyond_count = passes.beyond_count;
    list_doubts(&parts, arena, &results->interval);
}
