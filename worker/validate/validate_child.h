/*
 * validate_child.h - one `kconnect validate` process, seen from the worker: started, spoken to, ended.
 *
 * Descriptor 3 of the child is a socketpair, 4 the crash page. We write one JSON object and close our side for writing; the
 * child answers with lines of JSON: {"key":s|null,"message":s} for each problem as it is found, {"key":s,"choice":s} and
 * {"key":s,"visible":b} for what the plugin recommends, {"done":true} at the end.
 */
#ifndef KC_VALIDATE_VALIDATE_CHILD_H
#define KC_VALIDATE_VALIDATE_CHILD_H

#include <stdatomic.h>

#include "plugin/connector_config.h"

struct kc_validate_child {
    const char *executable;
    const struct kc_component_info *component;
    const char *subject; /* what is checked, for sentences; NULL: "this configuration" */
    int64_t deadline_ms;
    int64_t memory_max_mb;       /* of the process, as for a task; 0: no limit */
    const atomic_bool *stopping; /* may be NULL */
    kc_config_problem_fn *problem;
    kc_config_advice_fn *advice; /* may be NULL */
    void *arg;
};

/* Runs it from beginning to end, on the calling thread. KC_ERR_RETRY: it could not be started, or `stopping`. */
kc_status kc_validate_child_run(const struct kc_validate_child *child, const char *request, size_t n,
                                struct kc_error *err);

#endif
