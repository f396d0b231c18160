#include "fleet/placement.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE SIZE_MAX

static int order_of(const struct kc_placement_worker *a, const struct kc_placement_worker *b)
{
    int order = strcmp(a->id, b->id);

    return order != 0 ? order : strcmp(a->instance, b->instance);
}

static size_t place_now(const struct kc_placement_worker *workers, size_t n,
                        const struct kc_placement_task *task)
{
    for (size_t i = 0; task->worker != NULL && i < n; i++)
        if (strcmp(workers[i].id, task->worker) == 0 && strcmp(workers[i].instance, task->instance) == 0)
            return i;
    return NOWHERE;
}

/* The worker with the fewest tasks, or the most; of several the first by name. */
static size_t extreme(const struct kc_placement_worker *workers, const size_t *load, size_t n, bool most)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++) {
        bool better = most ? load[i] > load[best] : load[i] < load[best];

        if (better || (load[i] == load[best] && order_of(&workers[i], &workers[best]) < 0))
            best = i;
    }
    return best;
}

kc_status kc_placement_compute(const struct kc_placement_worker *workers, size_t n_workers,
                               struct kc_placement_task *tasks, size_t n_tasks)
{
    size_t *load;

    if (n_workers == 0)
        return KC_NOTHING;
    load = calloc(n_workers, sizeof(*load));
    if (load == NULL)
        return KC_ERR_NOMEM;
    for (size_t i = 0; i < n_tasks; i++) {
        tasks[i].place = place_now(workers, n_workers, &tasks[i]);
        if (tasks[i].place != NOWHERE)
            load[tasks[i].place]++;
    }
    for (size_t i = 0; i < n_tasks; i++) {
        if (tasks[i].place != NOWHERE)
            continue;
        tasks[i].place = extreme(workers, load, n_workers, false);
        load[tasks[i].place]++;
    }
    for (;;) {
        size_t from = extreme(workers, load, n_workers, true), to = extreme(workers, load, n_workers, false);

        if (load[from] <= load[to] + 1)
            break;
        /* The last by name moves, so that repeated changes tend to move the same few. */
        for (size_t i = n_tasks; i-- > 0;) {
            if (tasks[i].place == from) {
                tasks[i].place = to;
                break;
            }
        }
        load[from]--;
        load[to]++;
    }
    free(load);
    return KC_OK;
}
