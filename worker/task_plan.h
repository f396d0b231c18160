/* task_plan.h - from the fleet's picture to what this worker's supervisor should run. */
#ifndef KC_TASK_PLAN_H
#define KC_TASK_PLAN_H

#include "config/worker_config.h"
#include "fleet/fleet.h"
#include "plugin/registry.h"
#include "supervisor/supervisor.h"

/* The tasks of one picture; owns every text in `specs`. */
struct kc_task_plan_list {
    struct kc_task_spec *specs;
    size_t n;
};

/*
 * Lists the tasks that `view` assigns to this worker; none while it is no member of the group. A connector whose
 * plugin is not installed here is left out, and *err then names it: the caller reports that as the task's failure
 * through `failed`.
 */
kc_status kc_task_plan(const struct kc_fleet_view *view, const struct kc_worker_config *config,
                       const struct kc_registry *registry,
                       void (*failed)(void *arg, const struct kc_connector_view *c,
                                      const struct kc_error *why),
                       void *arg, struct kc_task_plan_list *out, struct kc_error *err);
void kc_task_plan_finish(struct kc_task_plan_list *plan);

#endif
