/* restart_policy.h - how long to wait before a task is tried again. Pure: the caller has the clock and the dice. */
#ifndef KC_SUPERVISOR_RESTART_POLICY_H
#define KC_SUPERVISOR_RESTART_POLICY_H

#include <stdint.h>

/* Zero attempts to begin with. Retries never end: what is broken may be mended while nobody looks. */
struct kc_restart_policy {
    int64_t first_ms; /* the first pause, doubled for each failure in a row */
    int64_t max_ms;  /* the longest pause; also how long a task has to run for its failures to be forgotten */
    int32_t attempt; /* failures in a row */
};

/*
 * Counts a failure of a task that had been running for `ran_ms` (0: it never got there) and gives the pause before the
 * next attempt: the doubled one, 20 % more or less by `dice` (any number), never longer than max_ms; but at least
 * `wish_ms`, which is bounded by max_ms as well.
 */
int64_t kc_restart_pause(struct kc_restart_policy *p, int64_t ran_ms, int64_t wish_ms, uint32_t dice);

#endif
