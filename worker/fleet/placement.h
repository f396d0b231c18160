/*
 * placement.h - which worker runs which connector: a pure function. Nothing moves without need: tasks stay where they
 * are as long as their worker is there and no worker has two more than another.
 */
#ifndef KC_FLEET_PLACEMENT_H
#define KC_FLEET_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct kc_placement_worker {
    const char *id;
    const char *instance;
};

struct kc_placement_task {
    const char *connector;
    const char *worker; /* who has it now; NULL: nobody */
    const char *instance;
    size_t place; /* out: index into the workers */
};

/*
 * Sets `place` of every task. The same input gives the same output whatever the order of workers (they are told apart
 * by id and instance); tasks come sorted by name. KC_NOTHING: there are no workers, nothing was set. KC_ERR_NOMEM.
 */
kc_status kc_placement_compute(const struct kc_placement_worker *workers, size_t n_workers,
                               struct kc_placement_task *tasks, size_t n_tasks);

#endif
