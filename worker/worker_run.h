/* worker_run.h - the life of a worker: start the parts in order, follow the fleet, stop in order. */
#ifndef KC_WORKER_RUN_H
#define KC_WORKER_RUN_H

#include "config/worker_config.h"

/* Runs on the main thread until SIGTERM or SIGINT; a second signal ends it at once. Returns the exit status. */
int kc_worker_run(const struct kc_worker_config *config);

#endif
