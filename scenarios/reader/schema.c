#include "scenarios/reader/schema.h"

#define SPEC_AT(field) offsetof(ScenarioFields, spec.field)

static const char *placement_word(int index) {
    return index <= PLACEMENT_RANDOM ? placement_name((Placement)index) : NULL;
}

static const char *fidelity_word(int index) {
    return index <= FIDELITY_UNFOLDED ? fidelity_name((Fidelity)index) : NULL;
}

static const char *software_word(int index) {
    return index < SOFTWARE_COUNT ? software_known_name((SoftwareKnown)index) : NULL;
}

static const char *kind_word(int index) {
    return index <= JOB_COLLECTIVE ? job_kind_name((JobKind)index) : NULL;
}

static void fill_job(void *object) {
    *(JobSpec *)object = job_default();
}

static void fill_scenario(void *object) {
    *(ScenarioFields *)object = (ScenarioFields){.spec = simulation_spec_default(), .outputs = {.plots = true}};
}

static const SchemaRow SLOW_GPU_ROWS[] = {
    {.key = "gpu",
     .type = FIELD_INT64,
     .offset = offsetof(SlowGpuSpec, gpu),
     .max = 1000000000,
     .required = true,
     .help = "number of the GPU in the cluster: node x GPUs of a node (most of any type) + place, from 0"},
    {.key = "speed",
     .type = FIELD_REAL,
     .offset = offsetof(SlowGpuSpec, speed_fraction),
     .dimension = DIMENSION_FRACTION,
     .above_min = true,
     .max = 1,
     .required = true,
     .help = "of its kernels, over the normal speed"},
};

static const SchemaTable SLOW_GPU_TABLE = {.name = "slow_gpu",
                                           .help = "A GPU that is slower than the others.",
                                           .rows = SLOW_GPU_ROWS,
                                           .row_count = sizeof SLOW_GPU_ROWS / sizeof SLOW_GPU_ROWS[0],
                                           .bytes = sizeof(SlowGpuSpec)};

static const SchemaRow OTHER_NODES_ROWS[] = {
    {.key = "nodes",
     .type = FIELD_TEXT,
     .offset = offsetof(OtherNodesSpec, nodes),
     .required = true,
     .help = "which, as \"12-15\""},
    {.key = "node",
     .type = FIELD_ENTRY,
     .offset = offsetof(OtherNodesSpec, node),
     .required = true,
     .help = "their type",
     .table = &SCHEMA_NODE},
};

static const SchemaTable OTHER_NODES_TABLE = {.name = "other_nodes",
                                              .help = "Servers of another type than `cluster.node`.",
                                              .rows = OTHER_NODES_ROWS,
                                              .row_count = sizeof OTHER_NODES_ROWS / sizeof OTHER_NODES_ROWS[0],
                                              .bytes = sizeof(OtherNodesSpec)};

static const SchemaRow CLUSTER_ROWS[] = {
    {.key = "node",
     .type = FIELD_ENTRY,
     .offset = offsetof(ClusterSpec, node),
     .required = true,
     .help = "every server of the cluster but `other_nodes`",
     .table = &SCHEMA_NODE},
    {.key = "other_nodes",
     .type = FIELD_LIST,
     .offset = offsetof(ClusterSpec, other_nodes),
     .count_offset = offsetof(ClusterSpec, other_node_count),
     .default_text = "(none)",
     .help = "servers of other types, with other GPUs, NICs or numbers of them",
     .table = &OTHER_NODES_TABLE},
    {.key = "nodes",
     .type = FIELD_INT64,
     .offset = offsetof(ClusterSpec, nodes),
     .min = 1,
     .max = 1000000,
     .default_text = "1",
     .help = "servers in the cluster"},
    {.key = "fabric",
     .type = FIELD_OBJECT,
     .offset = offsetof(ClusterSpec, fabric),
     .default_text = "(the defaults of its keys)",
     .help = "the network between the nodes",
     .table = &SCHEMA_FABRIC},
    {.key = "storage",
     .type = FIELD_OBJECT,
     .offset = offsetof(ClusterSpec, storage),
     .default_text = "(none)",
     .help = "what samples are read from and checkpoints are written to",
     .table = &SCHEMA_STORAGE},
    {.key = "slow_gpus",
     .type = FIELD_LIST,
     .offset = offsetof(ClusterSpec, slow_gpus),
     .count_offset = offsetof(ClusterSpec, slow_gpu_count),
     .default_text = "(none)",
     .help = "GPUs that are slower than the others",
     .table = &SLOW_GPU_TABLE},
};

static const SchemaTable CLUSTER_TABLE = {.name = "cluster",
                                          .help = "The machines.",
                                          .rows = CLUSTER_ROWS,
                                          .row_count = sizeof CLUSTER_ROWS / sizeof CLUSTER_ROWS[0],
                                          .bytes = sizeof(ClusterSpec)};

static const SchemaRow JOB_ROWS[] = {
    {.key = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(JobSpec, name),
     .default_text = "job",
     .help = "how results call the job"},
    {.key = "kind",
     .type = FIELD_WORD,
     .offset = offsetof(JobSpec, said_kind),
     .default_text = "(what the other keys say)",
     .help = "what the job does",
     .menu = kind_word},
    {.key = "start",
     .type = FIELD_REAL,
     .offset = offsetof(JobSpec, start_s),
     .dimension = DIMENSION_TIME,
     .max = 1e7,
     .default_text = "0 s",
     .help = "when its first step begins"},
    {.key = "steps",
     .type = FIELD_INT64,
     .offset = offsetof(JobSpec, steps),
     .min = 1,
     .max = 100000,
     .default_text = "1",
     .help = "steps that it runs one after the other; figures are their means; the report of several jobs says how "
             "many let it last as long as the others"},
    {.key = "nodes",
     .type = FIELD_TEXT,
     .offset = offsetof(JobSpec, nodes),
     .default_text = "(as placement says)",
     .help = "whose GPUs it gets, in this order, as \"0-7, 12\""},
    {.key = "gpus",
     .type = FIELD_INT64,
     .offset = offsetof(JobSpec, gpus),
     .min = 1,
     .max = 1000000000,
     .default_text = "(all of its nodes, or of the cluster)",
     .help = "GPUs the job gets"},
    {.key = "placement",
     .type = FIELD_CHOICE,
     .offset = offsetof(JobSpec, placement),
     .default_text = "packed",
     .help = "packed fills a leaf before the next, spread deals nodes out over the leaves, random takes any",
     .menu = placement_word},
    {.key = "model",
     .type = FIELD_ENTRY,
     .offset = offsetof(JobSpec, training.model),
     .default_text = "(none: `collective`)",
     .help = "what is trained; also the path of a Hugging Face config.json",
     .table = &SCHEMA_MODEL},
    {.key = "sequence_length",
     .type = FIELD_INT64,
     .offset = offsetof(JobSpec, training.sequence_tokens),
     .min = 1,
     .max = 100000000,
     .default_text = "(needed beside model)",
     .aliases = "seq_length",
     .help = "tokens of one sequence"},
    {.key = "document_length",
     .type = FIELD_INT64,
     .offset = offsetof(JobSpec, training.document_tokens),
     .min = 0,
     .max = 100000000,
     .default_text = "0",
     .help = "mean tokens of the documents that a sequence is packed from, which attend to themselves alone; 0 = one"},
    {.key = "plan",
     .type = FIELD_OBJECT,
     .offset = offsetof(JobSpec, training.plan),
     .default_text = "(the defaults of its keys)",
     .help = "how the job is laid out over its GPUs",
     .table = &SCHEMA_PLAN},
    {.key = "software",
     .type = FIELD_CHOICE,
     .offset = offsetof(JobSpec, software),
     .default_text = "measured",
     .help = "how well its framework is known, for the interval of its steps: measured (simulated steps were compared "
             "with tables of its own, as of Megatron-LM, NeMo, llm-foundry and InternEvo), read (its code alone says "
             "what the plan's switches are, as of torchtitan and Hugging Face), or unknown; the step itself is as the "
             "plan says",
     .menu = software_word},
    {.key = "data_loader",
     .type = FIELD_OBJECT,
     .offset = offsetof(JobSpec, loader),
     .default_text = "(none: samples are there when they are needed)",
     .help = "where the samples of a training job come from",
     .table = &SCHEMA_LOADER},
    {.key = "checkpoint",
     .type = FIELD_OBJECT,
     .offset = offsetof(JobSpec, checkpoint),
     .default_text = "(none)",
     .help = "what a training job saves, and when",
     .table = &SCHEMA_CHECKPOINT},
    {.key = "collective",
     .type = FIELD_OBJECT,
     .offset = offsetof(JobSpec, collective),
     .default_text = "(none: `model`)",
     .help = "instead of training, one collective over all its GPUs, as nccl-tests do",
     .table = &SCHEMA_COLLECTIVE},
};

static const SchemaTable JOB_TABLE = {.name = "job",
                                      .help = "One job.",
                                      .rows = JOB_ROWS,
                                      .row_count = sizeof JOB_ROWS / sizeof JOB_ROWS[0],
                                      .bytes = sizeof(JobSpec),
                                      .fill = fill_job};

static const SchemaRow OUTPUT_ROWS[] = {
    {.key = "plots",
     .type = FIELD_BOOL,
     .offset = offsetof(ScenarioOutputs, plots),
     .default_text = "true",
     .help = "draw pictures with gnuplot"},
    {.key = "trace",
     .type = FIELD_BOOL,
     .offset = offsetof(ScenarioOutputs, trace),
     .default_text = "false",
     .help = "write trace.json for Chrome or Perfetto"},
};

static const SchemaTable OUTPUTS_TABLE = {.name = "outputs",
                                          .help = "What a run writes beside its summary.",
                                          .rows = OUTPUT_ROWS,
                                          .row_count = sizeof OUTPUT_ROWS / sizeof OUTPUT_ROWS[0],
                                          .bytes = sizeof(ScenarioOutputs)};

static const SchemaRow SCENARIO_ROWS[] = {
    {.key = "name",
     .type = FIELD_TEXT,
     .offset = SPEC_AT(name),
     .default_text = "(the file's name)",
     .help = "how results call the scenario"},
    {.key = "lesson",
     .type = FIELD_TEXT,
     .offset = SPEC_AT(lesson),
     .default_text = "(none)",
     .help = "one sentence: what the scenario shows"},
    {.key = "seed",
     .type = FIELD_INT64,
     .offset = SPEC_AT(seed),
     .max = 9007199254740991.0,
     .default_text = "1",
     .help = "of all random numbers"},
    {.key = "fidelity",
     .type = FIELD_CHOICE,
     .offset = SPEC_AT(fidelity),
     .default_text = "folded",
     .help = "folded simulates one rank for all that are alike, unfolded every rank",
     .menu = fidelity_word},
    {.key = "cluster",
     .type = FIELD_OBJECT,
     .offset = SPEC_AT(cluster),
     .required = true,
     .help = "the machines",
     .table = &CLUSTER_TABLE},
    {.key = "jobs",
     .type = FIELD_LIST,
     .offset = SPEC_AT(jobs),
     .count_offset = SPEC_AT(job_count),
     .required = true,
     .help = "the work",
     .table = &JOB_TABLE},
    {.key = "background",
     .type = FIELD_LIST,
     .offset = SPEC_AT(background),
     .count_offset = SPEC_AT(background_count),
     .default_text = "(none)",
     .help = "traffic between nodes that is no job's",
     .table = &SCHEMA_BACKGROUND},
    {.key = "link_events",
     .type = FIELD_LIST,
     .offset = SPEC_AT(link_events),
     .count_offset = SPEC_AT(link_event_count),
     .default_text = "(none)",
     .help = "links that fail, slow down or flap",
     .table = &SCHEMA_LINK_EVENT},
    {.key = "outputs",
     .type = FIELD_OBJECT,
     .offset = offsetof(ScenarioFields, outputs),
     .default_text = "(the defaults of its keys)",
     .help = "what a run writes beside its summary",
     .table = &OUTPUTS_TABLE},
    {.key = "sweep",
     .type = FIELD_ELSEWHERE,
     .default_text = "(none)",
     .help =
         "a mapping from paths such as jobs[0].plan.micro_batch to lists of values, or to {from, to, factor or step}"},
    {.key = "assert",
     .type = FIELD_ELSEWHERE,
     .default_text = "(none)",
     .help =
         "a list of goals on figures that a run prints, such as \"memory.peak_bytes < 70 GiB\"; at a point of a sweep: "
         "\"throughput.tflops_per_gpu at jobs[0].plan.tensor_parallel=8 > 130\""},
};

const SchemaTable SCHEMA_SCENARIO = {.name = "scenario",
                                     .help = "A scenario file.",
                                     .rows = SCENARIO_ROWS,
                                     .row_count = sizeof SCENARIO_ROWS / sizeof SCENARIO_ROWS[0],
                                     .bytes = sizeof(ScenarioFields),
                                     .fill = fill_scenario};
