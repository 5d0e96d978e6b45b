#include "models/plan/layer_list_run.h"

static void append(LayerRun *run, const LayerListSpec *list) {
    for (int64_t i = 0; i < list->count; i++)
        for (int64_t repeat = 0; repeat < list->layers[i].repeat; repeat++) {
            if (list->layers[i].kind == LAYER_BLOCK)
                append(run, &list->layers[i].block);
            else
                run->layers[run->count++] = &list->layers[i];
        }
}

static int find_first_product(const LayerRun *run) {
    int index = 0;
    while (index < run->count && run->layers[index]->kind != LAYER_CONV && run->layers[index]->kind != LAYER_LINEAR)
        index++;
    return index;
}

/* Pieces so far. */
typedef struct PieceWalk {
    int64_t count;
    int64_t closed; /* pieces before it are joined by no later sum */
    int64_t layers;
    int *ends; /* NULL = they are only counted */
} PieceWalk;

static bool is_sum(const LayerSpec *layer) {
    return layer->kind == LAYER_ELEMENT_WISE && layer->inputs > 1;
}

/* A sum right behind what is closed joins that. */
static void add_piece(PieceWalk *walk, const LayerSpec *layer) {
    walk->layers += layer->kind == LAYER_BLOCK ? (int64_t)layer_list_length(&layer->block) : 1;
    if (is_sum(layer))
        walk->count = walk->closed < walk->count || walk->count == 0 ? walk->closed : walk->count - 1;
    if (walk->ends)
        walk->ends[walk->count] = (int)walk->layers;
    walk->count++;
    if (is_sum(layer) || layer->kind == LAYER_BLOCK || layer->kind == LAYER_POOL)
        walk->closed = walk->count;
}

static PieceWalk walk_pieces(const LayerListSpec *list, int *ends) {
    PieceWalk walk = {.ends = ends};
    for (int64_t i = 0; i < list->count; i++)
        for (int64_t repeat = 0; repeat < list->layers[i].repeat; repeat++)
            add_piece(&walk, &list->layers[i]);
    return walk;
}

int64_t layer_list_piece_count(const LayerListSpec *list) {
    return walk_pieces(list, NULL).count;
}

static int last_interaction(const LayerRun *run) {
    int index = run->count - 1;
    while (index >= 0 && run->layers[index]->kind != LAYER_INTERACTION)
        index--;
    return index;
}

/* Pooled vectors wait for an interaction; without one the next layer takes them. */
static const double *live_elements(const LayerRun *run, Arena *arena) {
    double *live = ARENA_ARRAY(arena, run->count + 1, double), pooled = 0, output = 0;
    int last = last_interaction(run);
    for (int i = 0; i < run->count; i++) {
        const LayerSpec *layer = run->layers[i];
        bool pools = layer->kind == LAYER_EMBEDDING_BAG;
        if (!pools && (layer->kind == LAYER_INTERACTION || i > last))
            pooled = 0;
        if (pools)
            pooled += layer_out_elements(layer);
        else
            output = layer_out_elements(layer);
        live[i + 1] = pooled + output;
    }
    live[run->count] = 0;
    return live;
}

LayerRun layer_list_run(const LayerListSpec *list, Arena *arena) {
    size_t length = (size_t)layer_list_length(list);
    LayerRun run = {.layers = ARENA_ARRAY(arena, length, const LayerSpec *)};
    int *ends = ARENA_ARRAY(arena, length, int);
    append(&run, list);
    run.first_product = find_first_product(&run);
    run.piece_count = (int)walk_pieces(list, ends).count;
    run.piece_ends = ends;
    run.live_elements = live_elements(&run, arena);
    return run;
}

ListChunk layer_run_chunk(const LayerRun *run, int first, int end) {
    ListChunk chunk = {.first = first, .end = end, .in_elements = run->live_elements[first]};
    chunk.kept_elements = chunk.in_elements;
    for (int i = first; i < end; i++) {
        const LayerSpec *layer = run->layers[i];
        *(layer->sharded ? &chunk.sharded_parameters : &chunk.parameters) += layer_parameters(layer);
        chunk.kept_elements += layer_kept_elements(layer);
        chunk.exchanged_elements += layer_exchanged_elements(layer);
    }
    return chunk;
}

ListExchange layer_run_exchange(const LayerRun *run, const ListChunk *chunk) {
    ListExchange exchange = {0};
    for (int i = chunk->first; i < chunk->end; i++)
        if (run->layers[i]->sharded)
            exchange.looked_up = i + 1;
    if (exchange.looked_up == 0)
        return exchange;
    exchange.joined = exchange.looked_up;
    while (exchange.joined < chunk->end && run->layers[exchange.joined]->kind != LAYER_INTERACTION)
        exchange.joined++;
    /* Nothing joins them here or later: then they are waited for at once. */
    if (exchange.joined == chunk->end && last_interaction(run) < chunk->end && exchange.looked_up < chunk->end)
        exchange.joined = exchange.looked_up;
    return exchange;
}
