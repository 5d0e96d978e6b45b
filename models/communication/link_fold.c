#include "models/communication/link_fold.h"

#include "sim/engine/splitmix.h"

LinkFold link_fold_create(Arena *arena, const Network *network) {
    int links = network_link_count(network);
    return (LinkFold){.arena = arena,
                      .network = network,
                      .signatures = ARENA_ARRAY(arena, links, uint64_t),
                      .single = ARENA_ARRAY(arena, links, bool)};
}

void link_fold_next_leg(LinkFold *fold) {
    fold->leg_hash = splitmix_finish(++fold->leg);
}

/* Rounded; llround is a call. */
static uint64_t whole(double amount) {
    return (uint64_t)(amount + 0.5);
}

void link_fold_add(LinkFold *fold, LinkId link, double bytes) {
    uint64_t *signature = &fold->signatures[link];
    *signature = splitmix_finish(*signature + fold->leg_hash + whole(bytes)) | 1;
}

/* An open-addressing table from signature to resource. */
typedef struct SignatureTable {
    uint64_t *keys;
    ResourceId *resources;
    size_t mask;
} SignatureTable;

static SignatureTable signature_table(const LinkFold *fold) {
    size_t size = 16, used = 0;
    for (int link = 0, links = network_link_count(fold->network); link < links; link++)
        used += fold->signatures[link] != 0;
    while (size < 2 * used)
        size *= 2;
    return (SignatureTable){ARENA_ARRAY(fold->arena, size, uint64_t), ARENA_ARRAY(fold->arena, size, ResourceId),
                            size - 1};
}

static ResourceId find_or_add(SignatureTable *table, FairShare *share, double capacity, uint64_t signature) {
    size_t slot = signature & table->mask;
    while (table->keys[slot] && table->keys[slot] != signature)
        slot = (slot + 1) & table->mask;
    if (!table->keys[slot]) {
        table->keys[slot] = signature;
        table->resources[slot] = fair_share_add_resource(share, capacity);
    }
    return table->resources[slot];
}

void link_fold_resources(LinkFold *fold, bool folded, FairShare *share, ResourceId *link_resource) {
    SignatureTable table = signature_table(fold);
    for (LinkId link = 0, links = (LinkId)network_link_count(fold->network); link < links; link++) {
        link_resource[link] = LINK_FOLD_NONE;
        if (!fold->signatures[link])
            continue;
        double capacity = network_link_bytes_per_s(fold->network, link);
        uint64_t kind = (uint64_t)network_link_kind(fold->network, link) * 2 + 1;
        uint64_t key = splitmix_finish(fold->signatures[link] ^ splitmix_finish(whole(capacity) + kind)) | 1;
        link_resource[link] = folded && !fold->single[link] ? find_or_add(&table, share, capacity, key)
                                                            : fair_share_add_resource(share, capacity);
    }
}
