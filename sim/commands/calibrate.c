#include "scenarios/calibration/comm_files.h"
#include "scenarios/calibration/comm_fit.h"
#include "scenarios/calibration/kernel_fit.h"
#include "scenarios/reader/gpu_entry.h"
#include "scenarios/reader/node_entry.h"
#include "sim/commands/calibrate_text.h"
#include "sim/commands/command_line.h"
#include "sim/commands/kernel_fit_text.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"

/* The tables of all files; *count is set. */
static const CommTable **read_comm_tables(const CommandLine *line, int *count, ErrorList *errors) {
    CommFiles files = comm_files_find(line->words, line->word_count, errors);
    const CommTable **tables = ARENA_ARRAY(line->arena, files.count, const CommTable *);
    for (int i = 0; i < files.count; i++)
        tables[i] = comm_table_read(files.paths[i], line->arena, errors);
    *count = files.count;
    return tables;
}

static const KernelTable **read_kernel_tables(const CommandLine *line, int *count, ErrorList *errors) {
    const char *device = command_line_value(line, "device");
    bool some_names_devices = false;
    CommFiles files = comm_files_find(line->words, line->word_count, errors);
    const KernelTable **tables = ARENA_ARRAY(line->arena, files.count, const KernelTable *);
    for (int i = 0; i < files.count; i++) {
        tables[i] = kernel_table_read(files.paths[i], device, line->arena, errors);
        some_names_devices |= tables[i] != NULL && tables[i]->names_devices;
    }
    if (device != NULL && !some_names_devices && errors->count == 0)
        error_list_add(errors, (ErrorPlace){.file = files.paths[0]}, "option --device",
                       "found no column Device, expected a table that has it, or no --device");
    *count = files.count;
    return tables;
}

static int fit_links(const CommandLine *line, const char *name) {
    ErrorList errors;
    NodeSpec node;
    int count;
    error_list_init(&errors, line->arena);
    if (command_line_value(line, "device") != NULL)
        error_list_add(&errors, (ErrorPlace){0}, "calibrate", "%s",
                       "found option --device beside --node, expected it with --gpu only");
    Catalogue catalogue = places_catalogue(line->arena);
    node_entry_read(&catalogue, name, "option --node", &node, &errors);
    const CommTable **tables = read_comm_tables(line, &count, &errors);
    if (errors.count == 0)
        comm_fit_check(tables, count, &node, &errors);
    error_list_print(&errors, note_stream());
    if (errors.count > 0)
        return EXIT_BAD_INPUT;
    const CommFit *fit = comm_fit(tables, count, &node, line->arena);
    if (command_line_value(line, "json") != NULL)
        calibrate_json_write(stdout, fit);
    else
        calibrate_text_write(stdout, fit, &node);
    return EXIT_OK;
}

static int fit_kernels(const CommandLine *line, const char *name) {
    ErrorList errors;
    GpuSpec gpu;
    int count;
    error_list_init(&errors, line->arena);
    Catalogue catalogue = places_catalogue(line->arena);
    gpu_entry_read(&catalogue, name, "option --gpu", &gpu, &errors);
    const KernelTable **tables = read_kernel_tables(line, &count, &errors);
    if (errors.count == 0)
        kernel_fit_check(tables, count, &gpu, &errors);
    error_list_print(&errors, note_stream());
    if (errors.count > 0)
        return EXIT_BAD_INPUT;
    const KernelFit *fit = kernel_fit(tables, count, &gpu, line->arena);
    if (command_line_value(line, "json") != NULL)
        kernel_fit_json_write(stdout, fit);
    else
        kernel_fit_text_write(stdout, fit, line->arena);
    return EXIT_OK;
}

static int run(const CommandLine *line) {
    const char *node = command_line_value(line, "node"), *gpu = command_line_value(line, "gpu");
    if ((node == NULL) != (gpu == NULL))
        return node ? fit_links(line, node) : fit_kernels(line, gpu);
    ErrorList errors;
    error_list_init(&errors, line->arena);
    error_list_add(&errors, (ErrorPlace){0}, "calibrate",
                   "found %s, expected one of them: the catalogue's name of the nodes whose collectives, or of the GPU "
                   "whose kernels were measured",
                   node ? "both options --node and --gpu" : "neither option --node nor --gpu");
    error_list_print(&errors, note_stream());
    return EXIT_BAD_INPUT;
}

const Command command_calibrate = {
    .name = "calibrate",
    .summary = "fit links to measured collectives (nccl-tests), or a GPU to measured kernels",
    .usage = "--node NAME|--gpu NAME FILE|FOLDER... [options]",
    .details = "With --node a FILE is what nccl-tests printed (named all_reduce_perf.txt: older ones print no\n"
               "name), or a CSV table with the columns ranks (or num_gpus), size_bytes, time_us_oop and, unless\n"
               "it is an all_reduce, collective. A FOLDER is its *.csv, *.txt and *.log, all of one type of node.\n"
               "Rows inside a node choose the constants of its port, rows between nodes those of its NICs. The\n"
               "lines that come out go under `node: {from: NAME}` of a scenario, or into\n"
               "scenarios/hardware/NAME.yaml.\n"
               "\n"
               "With --gpu a FILE is a CSV table of kernels, in ms, of one kind:\n"
               "  gemm_dtype,m,n,k,latency                            matrix products\n"
               "  kv_cache_dtype,batch_size,isl,num_heads,num_key_value_heads,head_dim[,window_size],latency\n"
               "                                                      attention of whole prompts\n"
               "  the same with step instead of isl                   attention of a decode step\n"
               "  moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_ep_size,latency\n"
               "                                                      mixture-of-experts layers\n"
               "  OPName,Device,B,H,Latency                           element-wise kernels, ln, softmax; fp32\n"
               "Types: bf16, fp16, fp32 (or bfloat16, float16, float32), tf32, fp8. Half of the shapes are\n"
               "fitted, the other half judges. The lines that come out go under `gpu:` of\n"
               "scenarios/hardware/NAME.yaml; what no row tells about is kept from NAME. Packed tables:\n"
               "gzip -dc FILE | chokepoint calibrate --gpu NAME /dev/stdin.\n",
    .example = "chokepoint calibrate --node dgx-a100-80 scenarios/measured/collectives.csv",
    .options = {{"node", 0, "NAME", "node of the catalogue: nominal bandwidths, GPUs and NICs", false},
                {"gpu", 0, "NAME", "GPU of the catalogue: peaks, bandwidth, and the constants to start from", false},
                {"device", 0, "TEXT", "with --gpu: the rows to take of a table of several devices", false},
                {"json", 0, NULL, "print JSON instead of text", false}},
    .least_words = 1,
    .most_words = COMMAND_ANY_WORDS,
    .run = run,
};
