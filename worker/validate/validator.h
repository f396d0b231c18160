/*
 * validator.h - asks a connector's plugin what it thinks of a configuration: planner->validate(), in a process of its own.
 *
 * A check may connect to the other system, may hang and may crash, so each one runs as `kconnect validate`, lives at most
 * KC_VALIDATE_DEADLINE_MS, and is killed then with everything that it started. What it found until then counts; a crash
 * or the deadline becomes one more problem, with the plugin's name in it. The configuration, with its passwords, goes
 * over a socketpair only.
 */
#ifndef KC_VALIDATE_VALIDATOR_H
#define KC_VALIDATE_VALIDATOR_H

#include <stdatomic.h>

#include "config/worker_config.h"
#include "plugin/connector_config.h"

enum {
    KC_VALIDATE_DEADLINE_MS = 10000,
    KC_VALIDATE_WAIT_MS = 10000, /* for one of the places */
    KC_VALIDATE_AT_ONCE = 8,     /* checks running at the same time */
};

struct kc_validator;

/* `executable` is our own file, `config` the worker's; both outlive it. NULL: out of memory. */
struct kc_validator *kc_validator_create(const char *executable, const struct kc_worker_config *config);
/* No check may be running. NULL is ignored. */
void kc_validator_destroy(struct kc_validator *v);

/*
 * Takes one of the KC_VALIDATE_AT_ONCE places, which bound what all checks together cost; waits for it. KC_ERR_RETRY: none
 * became free, or `stopping` (may be NULL). Every success needs a kc_validator_leave(). Any thread.
 */
kc_status kc_validator_enter(struct kc_validator *v, const atomic_bool *stopping, struct kc_error *err);
void kc_validator_leave(struct kc_validator *v);

/* One check. Borrowed for the call; offsets are {"offsets":[{"partition":{...},"offset":{...}}]}. */
struct kc_validation {
    /* Knows the config providers that `config` refers to, and the components that it names; NULL: none are needed. */
    const struct kc_registry *registry;
    /* The own checks of the transforms, predicates and converters are asked as well: what is declared about their keys must
     * be fine. */
    bool stages;
    const struct kc_component_info *component;
    const struct kc_props *config; /* its declared level must be fine as far as the connector's own keys go */
    const char *
        offsets; /* stored for a connector of this name, so that the plugin can tell whether it could go on there;
                            NULL: none, or not known */
    const char *
        changes; /* NULL: planner->validate is asked; else planner->check_offsets about these, nulls removing */
    const atomic_bool *stopping;   /* ends it early; may be NULL */
    kc_config_problem_fn *problem; /* gets each problem with its key (NULL: about the whole) */
    kc_config_advice_fn *advice;   /* gets what the keys' own recommend() says; may be NULL */
    void *arg;
};

/*
 * The caller has a place. Blocking, any thread; the thread must outlive the call, because the child dies with the thread
 * that started it, which is what ends a check whose worker is killed. KC_OK: the check ended, however it did. KC_ERR_RETRY:
 * it could not be started, or the worker stops; nothing is known.
 */
kc_status kc_validator_run(struct kc_validator *v, const struct kc_validation *check, struct kc_error *err);

/* The role `kconnect validate`; see validate_main.c. Exit status. */
int kc_validate_main(void);

#endif
