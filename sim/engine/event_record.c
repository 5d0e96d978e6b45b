#include "sim/engine/event_record.h"

#include <string.h>

enum { INSERTION_COUNT = 48 };

static void sort_by_insertion(EventRecord *records, size_t count) {
    for (size_t i = 1; i < count; i++) {
        EventRecord record = records[i];
        size_t hole = i;
        for (; hole > 0 && event_record_before(&record, &records[hole - 1]); hole--) {
            records[hole] = records[hole - 1];
        }
        records[hole] = record;
    }
}

/* End of the ascending run that starts at `from`. */
static size_t run_end(const EventRecord *records, size_t from, size_t count) {
    size_t end = from + 1;
    while (end < count && event_record_before(&records[end - 1], &records[end])) {
        end++;
    }
    return end;
}

/* Merges the neighbours [from, middle) and [middle, end); the left one is moved out of the way first. */
static void merge(EventRecord *records, size_t left_count, size_t count, EventRecord *scratch) {
    memcpy(scratch, records, left_count * sizeof(EventRecord));
    size_t left = 0;
    size_t right = left_count;
    size_t out = 0;
    while (left < left_count && right < count) {
        bool take_right = event_record_before(&records[right], &scratch[left]);
        records[out++] = take_right ? records[right++] : scratch[left++];
    }
    memcpy(&records[out], &scratch[left], (left_count - left) * sizeof(EventRecord));
}

/* One pass over all runs, merged in pairs; returns how many runs there were. */
static size_t merge_runs(EventRecord *records, size_t count, EventRecord *scratch) {
    size_t runs = 0;
    for (size_t from = 0; from < count;) {
        size_t middle = run_end(records, from, count);
        size_t end = middle < count ? run_end(records, middle, count) : middle;
        runs += middle < end ? 2 : 1;
        merge(&records[from], middle < end ? middle - from : 0, end - from, scratch);
        from = end;
    }
    return runs;
}

void event_record_sort(EventRecord *records, size_t count, EventRecord *scratch) {
    if (count <= INSERTION_COUNT) {
        sort_by_insertion(records, count);
        return;
    }
    size_t runs = merge_runs(records, count, scratch);
    while (runs > 2) {
        runs = merge_runs(records, count, scratch);
    }
}
