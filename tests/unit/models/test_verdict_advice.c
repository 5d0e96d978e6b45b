/* Advice that fits the plan: nothing that is on already, and nothing that would do nothing. */
#include "models/account/verdict_advice.h"

#include <criterion/criterion.h>

/* Of a plan on a tensor group of `tensor`. */
static JobSpec job_on(int64_t tensor) {
    JobSpec job = {.kind = JOB_TRAINING, .training = {.model = transformer_default(), .plan = plan_default()}};
    job.training.plan.tensor_parallel = tensor;
    return job;
}

static void expect_advice(const JobSpec *job, LedgerCategory category, const char *advice) {
    const Results results = {.gpu_kinds = 1};
    cr_expect_str_eq(verdict_advice(job, &results, category), advice);
}

Test(verdict_advice, memory_bound_work_is_fused_and_split_as_far_as_it_is_not) {
    JobSpec alone = job_on(1), group = job_on(4);
    expect_advice(&alone, LEDGER_MEMORY_BOUND, "flash_attention: true");
    expect_advice(&group, LEDGER_MEMORY_BOUND, "flash_attention: true, sequence_parallel: true");
    alone.training.plan.flash_attention = group.training.plan.flash_attention = true;
    expect_advice(&alone, LEDGER_MEMORY_BOUND, "compile: true, or a GPU with more HBM bandwidth");
    expect_advice(&group, LEDGER_MEMORY_BOUND, "sequence_parallel: true");
    group.training.plan.sequence_parallel = group.training.plan.compile = true;
    expect_advice(&group, LEDGER_MEMORY_BOUND, "a GPU with more HBM bandwidth");
}

Test(verdict_advice, less_tensor_parallelism_needs_some) {
    JobSpec alone = job_on(1), group = job_on(2);
    expect_advice(&alone, LEDGER_KERNEL_INEFFICIENCY, "larger matrices: a larger micro-batch");
    expect_advice(&group, LEDGER_KERNEL_INEFFICIENCY,
                  "larger matrices: a larger micro-batch or less tensor parallelism");
}

Test(verdict_advice, a_gpu_below_its_power_may_have_more) {
    const JobSpec job = job_on(2);
    const Results results = {.gpu_kinds = 1, .power_limited = true};
    cr_expect_str_eq(verdict_advice(&job, &results, LEDGER_KERNEL_INEFFICIENCY),
                     "a higher power_limit, or larger matrices");
}

Test(verdict_advice, recomputation_becomes_less_as_far_as_it_can) {
    JobSpec alone = job_on(1), group = job_on(2);
    alone.training.plan.recompute = group.training.plan.recompute = RECOMPUTE_FULL;
    expect_advice(&alone, LEDGER_RECOMPUTATION, "recompute: selective, if memory allows");
    expect_advice(&group, LEDGER_RECOMPUTATION, "recompute: selective, if memory allows, with sequence_parallel: true");
    alone.training.plan.recompute = RECOMPUTE_SELECTIVE;
    expect_advice(&alone, LEDGER_RECOMPUTATION, "recompute: none or flash_attention: true, if memory allows");
    alone.training.plan.flash_attention = true;
    expect_advice(&alone, LEDGER_RECOMPUTATION, "recompute: none, if memory allows");
}

Test(verdict_advice, gathers_are_hidden_where_they_can_be) {
    const char *hidden = "a larger global batch, fewer replicas, or a faster fabric";
    JobSpec job = job_on(1);
    PlanSpec *plan = &job.training.plan;
    expect_advice(&job, LEDGER_COMM_DATA, "overlap_grad_reduce: true, a larger global batch, or a faster fabric");
    plan->overlap_grad_reduce = true;
    expect_advice(&job, LEDGER_COMM_DATA, hidden);
    plan->distributed_optimizer = true;
    expect_advice(&job, LEDGER_COMM_DATA, "overlap_param_gather: true, a larger global batch, or a faster fabric");
    plan->offload_optimizer = true;
    expect_advice(&job, LEDGER_COMM_DATA, hidden);
    plan->offload_optimizer = false;
    plan->overlap_param_gather = true;
    expect_advice(&job, LEDGER_COMM_DATA, hidden);
}

Test(verdict_advice, an_exchange_hides_beside_no_split_passes) {
    JobSpec job = job_on(1);
    Results results = {.gpu_kinds = 1};
    results.comm_ns[LEDGER_COMM_EXPERT][LINK_NVLINK] = results.ledger.ns[LEDGER_COMM_EXPERT] = 2385;
    cr_expect_str_eq(verdict_advice(&job, &results, LEDGER_COMM_EXPERT),
                     "overlap_expert_comm: true, or a lower expert_parallel, if memory allows");
    job.training.plan.schedule = "zb_h1";
    cr_expect_str_eq(verdict_advice(&job, &results, LEDGER_COMM_EXPERT), "a lower expert_parallel, if memory allows");
}
