/* task_watch.h - ends a task's process that hangs in a plugin's call, or has too much memory. The loop's thread only. */
#ifndef KC_SUPERVISOR_TASK_WATCH_H
#define KC_SUPERVISOR_TASK_WATCH_H

#include "supervisor/task_slot.h"

/* Sets the slot's next look of the watchdog. */
void kc_task_watch_next(struct kc_task_slot *s);
/* Has the call in progress taken too long? Then the process is aborted, and killed when that does not end it. */
void kc_task_watch_look(struct kc_task_slot *s, int64_t mono_ms);
/* Ends a process that has more memory than it may: at once, since it may be growing. */
void kc_task_watch_memory(struct kc_task_slot *s, int64_t mono_ms);

#endif
