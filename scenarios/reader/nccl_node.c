#include "scenarios/reader/nccl_node.h"

#include "scenarios/reader/named_file.h"
#include "scenarios/reader/nccl_topology.h"
#include "scenarios/reader/tree_path.h"

/* A number of the file and where it goes. */
typedef struct Taken {
    const char *key;
    double value; /* 0 = the file does not say */
    double *field;
} Taken;

static void refuse(const YamlNode *tree, const char *node_path, const char *key, ErrorList *errors) {
    const char *path = arena_format(errors->arena, "%s.%s", node_path, key);
    if (tree_path_find(tree, path) != NULL)
        error_list_add(errors, tree_path_place(tree, path), path,
                       "found it beside `nccl_topology`, which says it too, expected one of them");
}

static double least(double one, double other) {
    return other > 0 && (one <= 0 || other < one) ? other : one;
}

static void take_numbers(const YamlNode *tree, const NcclTopology *found, NcclNode which, ErrorList *errors) {
    NodeSpec *node = which.node;
    const Taken taken[] = {{"pcie.bandwidth", found->gpu_pcie_bytes_per_s, &node->pcie.bytes_per_s},
                           {"nvlink.bandwidth", found->nvlink_bytes_per_s, &node->nvlink.bytes_per_s},
                           {"nic.bandwidth", found->nic_bytes_per_s, &node->nic.bytes_per_s}};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (taken[i].value > 0) {
            refuse(tree, which.path, taken[i].key, errors);
            *taken[i].field = taken[i].value;
        }
    refuse(tree, which.path, "gpus", errors);
    refuse(tree, which.path, "nics", errors);
    node->gpus = found->gpus;
    node->nics = found->nics;
    node->nic.bytes_per_s = least(node->nic.bytes_per_s, found->nic_pcie_bytes_per_s);
}

/* A link that a file gives a bandwidth must have the rest of its numbers from somewhere. */
static void check_link(const LinkSpec *link, const char *node_path, const char *key, ErrorList *errors) {
    if (link->bytes_per_s > 0 && link->efficiency_fraction <= 0)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.%s", node_path, key),
                       "found none, expected `latency` and `efficiency`, or `from` a node type that has them");
}

bool nccl_node_apply(const YamlNode *tree, NcclNode which, Arena *arena, ErrorList *errors) {
    int before = errors->count;
    if (which.node->nccl_topology == NULL)
        return true;
    const char *path = arena_format(arena, "%s.nccl_topology", which.path);
    const char *file = named_file_find(tree, path, which.node->nccl_topology, errors);
    NcclTopology found;
    if (file == NULL || !nccl_topology_read(file, &found, arena, errors))
        return false;
    take_numbers(tree, &found, which, errors);
    check_link(&which.node->nvlink, which.path, "nvlink", errors);
    if (which.node->nics > 0)
        check_link(&which.node->nic, which.path, "nic", errors);
    return errors->count == before;
}
