#include "scenarios/reader/nccl_topology.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/xml_tree.h"
#include "scenarios/reader/yaml_node.h"

/* What is known while the file is read. */
typedef struct Survey {
    NcclTopology *found;
    Arena *arena;
    ErrorList *errors;
} Survey;

/* A pci device with what hangs on it. */
typedef struct Device {
    const XmlElement *pci;
    const XmlElement *gpu; /* NULL = none */
    const XmlElement *nic; /* NULL = none */
    bool is_gpu;
    bool is_nic;
} Device;

static const XmlElement *child_named(const XmlElement *element, const char *name) {
    for (const XmlElement *child = element->first_child; child != NULL; child = child->next)
        if (strcmp(child->name, name) == 0)
            return child;
    return NULL;
}

static void complain(const Survey *survey, const XmlAttribute *attribute, const char *expected) {
    error_list_add(survey->errors, attribute->place, NULL, "found %s=\"%s\", expected %s", attribute->name,
                   yaml_node_shown_text(attribute->value, survey->arena), expected);
}

/* A positive number at the front of an attribute; 0 when the attribute is missing or empty, or after an error. */
static double positive(const Survey *survey, const XmlElement *element, const char *name, const char *expected) {
    const XmlAttribute *attribute = xml_tree_attribute(element, name);
    if (attribute == NULL || attribute->value[0] == '\0')
        return 0;
    char *rest = NULL;
    double value = strtod(attribute->value, &rest);
    bool number = rest != attribute->value && value > 0 && value < 1e9;
    bool unit = strncmp(rest, " GT/s", 5) == 0;
    if (number && (strcmp(name, "link_speed") == 0 ? unit : *rest == '\0'))
        return value;
    complain(survey, attribute, expected);
    return 0;
}

/* Per direction, after line coding: PCI Express base specification, 2.5 and 5 GT/s use 8b/10b, faster ones 128b/130b.
 */
static double pcie_bytes_per_s(const Survey *survey, const XmlElement *pci) {
    double speed = positive(survey, pci, "link_speed", "a speed such as \"16 GT/s\"");
    double lanes = positive(survey, pci, "link_width", "a number of lanes");
    double coding = speed < 8 ? 8.0 / 10 : 128.0 / 130;
    return speed * 1e9 * lanes * coding / 8;
}

/* Keeps the least of what is known. */
static void keep_least(double *least, double value) {
    if (value > 0 && (*least <= 0 || value < *least))
        *least = value;
}

static double nvlink_bytes_per_s(const Survey *survey, const XmlElement *gpu) {
    double sm = positive(survey, gpu, "sm", "a compute capability such as 80"), links = 0;
    for (const XmlElement *child = gpu->first_child; child != NULL; child = child->next)
        if (strcmp(child->name, "nvlink") == 0)
            links += positive(survey, child, "count", "a number of links");
    if (links <= 0)
        return 0;
    if (sm <= 0) {
        error_list_add(survey->errors, gpu->place, NULL,
                       "found nvlink without an sm of the gpu, expected it, for it says how fast a link is");
        return 0;
    }
    return links * (sm < 70 ? 20e9 : sm < 100 ? 25e9 : 50e9);
}

/* Cards of a NIC, and the speed of the slowest. */
static int survey_cards(Survey *survey, const XmlElement *nic) {
    int cards = 0;
    for (const XmlElement *child = nic != NULL ? nic->first_child : NULL; child != NULL; child = child->next)
        if (strcmp(child->name, "net") == 0) {
            double speed = positive(survey, child, "speed", "a speed in Mbit/s");
            keep_least(&survey->found->nic_bytes_per_s, speed * 1e6 / 8);
            cards++;
        }
    return cards > 0 ? cards : 1;
}

static Device device_of(const XmlElement *pci) {
    const XmlAttribute *class = xml_tree_attribute(pci, "class");
    const char *code = class != NULL ? class->value : "";
    Device device = {.pci = pci, .gpu = child_named(pci, "gpu"), .nic = child_named(pci, "nic")};
    device.is_gpu = device.gpu != NULL || strncmp(code, "0x03", 4) == 0;
    device.is_nic = device.nic != NULL || strncmp(code, "0x02", 4) == 0;
    return device;
}

static void survey_device(Survey *survey, const Device *device) {
    NcclTopology *found = survey->found;
    double width = pcie_bytes_per_s(survey, device->pci);
    if (device->is_gpu) {
        found->gpus++;
        keep_least(&found->gpu_pcie_bytes_per_s, width);
        if (device->gpu != NULL)
            keep_least(&found->nvlink_bytes_per_s, nvlink_bytes_per_s(survey, device->gpu));
    }
    if (device->is_nic) {
        int cards = survey_cards(survey, device->nic);
        found->nics += cards;
        keep_least(&found->nic_pcie_bytes_per_s, width / cards);
    }
}

/* Every pci device below an element, in the order written. */
static void survey_below(Survey *survey, const XmlElement *element) {
    const XmlElement *open[XML_MOST_LEVELS + 1];
    int levels = 0;
    for (const XmlElement *at = element->first_child; at != NULL || levels > 0;) {
        if (at == NULL) {
            at = open[--levels]->next;
            continue;
        }
        if (strcmp(at->name, "pci") == 0) {
            Device device = device_of(at);
            survey_device(survey, &device);
        }
        open[levels++] = at;
        at = at->first_child;
    }
}

bool nccl_topology_read(const char *file, NcclTopology *topology, Arena *arena, ErrorList *errors) {
    int before = errors->count;
    const XmlElement *root = xml_tree_read_file(file, arena, errors);
    *topology = (NcclTopology){0};
    if (root == NULL)
        return false;
    Survey survey = {.found = topology, .arena = arena, .errors = errors};
    if (strcmp(root->name, "system") != 0) {
        error_list_add(errors, root->place, NULL, "found <%s>, expected <system>, as NCCL writes it", root->name);
        return false;
    }
    survey_below(&survey, root);
    if (errors->count == before && topology->gpus == 0)
        error_list_add(errors, root->place, NULL, "found no GPU, expected pci elements of class 0x03");
    return errors->count == before;
}
