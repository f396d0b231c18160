/* task_quarantine.h - a task's crashes, held against the plugin files that it runs. The loop's thread only. */
#ifndef KC_SUPERVISOR_TASK_QUARANTINE_H
#define KC_SUPERVISOR_TASK_QUARANTINE_H

#include "supervisor/task_slot.h"

/*
 * Counts the crash against the file in whose call it happened, else the connector's. When that puts the file into
 * quarantine the answer is the trace that says so, with *trace in it, which is freed then; else *trace. *held: which.
 */
char *kc_task_quarantine_crash(const struct kc_task_slot *s, const struct kc_crash_page *page, char *trace,
                               bool *held);

/* Before a task is started from the beginning: NULL, and what is in quarantine of its files is lifted; or the trace of a
 * task that is not to be started. The caller frees it. */
char *kc_task_quarantine_start(const struct kc_task_slot *s);

#endif
