#include "models/communication/load_list.h"

enum { MERGE_MIN = 65536 };

static bool is_after(const LinkLoad *a, const LinkLoad *b) {
    return a->link != b->link ? a->link > b->link : a->bytes > b->bytes;
}

/* The end of the ascending run that begins at `first`. */
static size_t run_end(const LinkLoad *loads, size_t first, size_t count) {
    size_t end = first + 1;
    while (end < count && !is_after(&loads[end - 1], &loads[end]))
        end++;
    return end < count ? end : count;
}

/* Makes one run of every two neighbours; returns how many are left. */
static size_t join_runs(const LinkLoad *from, LinkLoad *to, size_t count) {
    size_t runs = 0;
    for (size_t first = 0, end; first < count; first = end, runs++) {
        size_t middle = run_end(from, first, count), left = first, right = middle;
        end = run_end(from, middle, count);
        for (size_t i = first; i < end; i++) {
            bool takes_left = right == end || (left < middle && !is_after(&from[left], &from[right]));
            to[i] = takes_left ? from[left++] : from[right++];
        }
    }
    return runs;
}

/* Natural merge sort (Knuth, The Art of Computer Programming 3, 5.2.4): what NICs carry comes in ascending runs. */
static void sort(LoadList *list) {
    if (run_end(list->loads, 0, list->count) == list->count)
        return;
    list->spare = arena_grow(list->arena, list->spare, &list->spare_capacity, list->capacity, sizeof *list->spare);
    for (size_t runs = 2; runs > 1;) {
        LoadList turned = *list;
        runs = join_runs(list->loads, list->spare, list->count);
        list->loads = turned.spare;
        list->spare = turned.loads;
        list->capacity = turned.spare_capacity;
        list->spare_capacity = turned.capacity;
    }
}

/* Smallest first, so that the sum does not depend on the sort. */
void load_list_merge(LoadList *list) {
    if (list->count == 0)
        return;
    sort(list);
    size_t kept = 0;
    for (size_t i = 1; i < list->count; i++) {
        if (list->loads[i].link == list->loads[kept].link)
            list->loads[kept].bytes += list->loads[i].bytes;
        else
            list->loads[++kept] = list->loads[i];
    }
    list->count = kept + 1;
}

void load_list_add(LoadList *list, LinkId link, double bytes) {
    if (list->count >= MERGE_MIN && list->count >= list->merge_at) {
        load_list_merge(list);
        list->merge_at = MERGE_MIN + 2 * list->count;
    }
    list->loads = arena_grow(list->arena, list->loads, &list->capacity, list->count + 1, sizeof *list->loads);
    list->loads[list->count++] = (LinkLoad){.link = link, .bytes = bytes};
}
