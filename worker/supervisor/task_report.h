/* task_report.h - what is told about a task, and when: only what has changed, progress at most once a second. */
#ifndef KC_SUPERVISOR_TASK_REPORT_H
#define KC_SUPERVISOR_TASK_REPORT_H

#include "supervisor/task_slot.h"

/* What was told last; zero-initialise, finish with kc_task_report_finish(). */
struct kc_task_report {
    bool told;
    enum kc_state state;
    int64_t assignment, next_attempt_ms, progress_at_ms;
    int32_t attempt, pid;
    char *trace, *progress;
};

/*
 * Tells `on_status` about the slot if that is news. Returns the monotonic instant at which a progress that was held back
 * is to be told; INT64_MAX: there is none.
 */
int64_t kc_task_report(struct kc_task_report *last, const struct kc_task_slot *s, int64_t mono_ms,
                       kc_task_status_fn *on_status, void *arg);
void kc_task_report_finish(struct kc_task_report *r);

#endif
