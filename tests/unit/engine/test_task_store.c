#include "sim/engine/task_store.h"

#include <criterion/criterion.h>

static const ResourceUse USES[] = {{0, 2.385}, {3, 1}};
static const ShareWay WAYS[] = {{USES, 1}, {USES, 2}};

static void nothing(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)subject, (void)argument;
}

static uint32_t extra_of(TaskStore *store, const TaskSpec *spec) {
    TaskId task = task_store_add(store, spec);
    return store->tasks[task].extra;
}

/* Whatever is different: what is moved, where, how fast, and what comes instead. */
Test(task_store, only_tasks_that_do_the_same_share_it) {
    TaskStore store;
    task_store_init(&store);
    TaskSpec same = {.amount = 2385, .way = &WAYS[0], .duration = 7};
    TaskSpec more = same, elsewhere = same, capped = same, by_uses = {.amount = 2385, .uses = USES, .use_count = 1};
    TaskSpec longer = same, event = {.begin = {.action = nothing, .argument = 5}};
    more.amount = 2386;
    elsewhere.way = &WAYS[1];
    capped.cap_per_s = 11;
    longer.duration = 13;
    uint32_t first = extra_of(&store, &same);
    const TaskSpec *others[] = {&more, &elsewhere, &capped, &by_uses, &event, &event};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect_eq(extra_of(&store, others[i]), first + 1 + i, "%zu", i);
    cr_expect_eq(extra_of(&store, &same), first);
    cr_expect_eq(extra_of(&store, &longer), first);
    cr_expect_eq(extra_of(&store, &(TaskSpec){.duration = 7}), TASK_NONE);
    task_store_free(&store);
}

Test(task_store, units_of_memory_are_told_apart) {
    TaskStore store;
    task_store_init(&store);
    char pools[2]; /* only their addresses matter */
    TaskSpec takes = {.reserve = (Pool *)&pools[0], .reserve_units = 5};
    TaskSpec more = takes, other = takes, gives = {.release = (Pool *)&pools[0], .release_units = 5};
    more.reserve_units = 6;
    other.reserve = (Pool *)&pools[1];
    const TaskSpec *all[] = {&takes, &more, &other, &gives};
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < 4; i++)
            cr_expect_eq(extra_of(&store, all[i]), i, "%zu in round %d", i, round);
    cr_expect_eq(store.extra_count, 4);
    task_store_free(&store);
}
