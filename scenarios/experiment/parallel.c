#include "scenarios/experiment/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { MOST_THREADS = 1024 };

typedef struct Crew {
    const ParallelWork *work;
    atomic_int next;       /* the index that the next free thread takes */
    pthread_mutex_t front; /* guards `done` and the call of the progress */
    int done;
} Crew;

static void report_progress(Crew *crew) {
    const ParallelWork *work = crew->work;
    pthread_mutex_lock(&crew->front);
    crew->done++;
    if (work->progress != NULL)
        work->progress(work->progress_context, crew->done, work->count);
    pthread_mutex_unlock(&crew->front);
}

static void *run_thread(void *argument) {
    Crew *crew = argument;
    for (;;) {
        int index = atomic_fetch_add(&crew->next, 1);
        if (index >= crew->work->count)
            return NULL;
        crew->work->work(crew->work->context, index);
        report_progress(crew);
    }
}

static int thread_count(const ParallelWork *work, int wanted) {
    long threads = wanted > 0 ? wanted : sysconf(_SC_NPROCESSORS_ONLN);
    if (threads > work->count)
        threads = work->count;
    return threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : (int)threads;
}

/* What one piece of work gives back the next takes, without the system clearing the pages again. */
static void keep_memory(void) {
#ifdef __GLIBC__
    enum { KEPT_BYTES = 256 * 1024 * 1024, LARGEST_KEPT_BYTES = 32 * 1024 * 1024 };
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES);
#endif
}

/* This thread works too, so that a system without threads only takes longer. */
void parallel_run(const ParallelWork *work, int threads) {
    Crew crew = {.work = work};
    keep_memory();
    atomic_init(&crew.next, 0);
    pthread_mutex_init(&crew.front, NULL);
    pthread_t others[MOST_THREADS];
    int started = 0, wanted = thread_count(work, threads) - 1;
    while (started < wanted && pthread_create(&others[started], NULL, run_thread, &crew) == 0)
        started++;
    run_thread(&crew);
    for (int i = 0; i < started; i++)
        pthread_join(others[i], NULL);
    pthread_mutex_destroy(&crew.front);
}
