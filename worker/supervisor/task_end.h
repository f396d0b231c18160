/* task_end.h - why a task's process ended: which event of the state table that is, and the sentence for people. */
#ifndef KC_SUPERVISOR_TASK_END_H
#define KC_SUPERVISOR_TASK_END_H

#include "supervisor/task_slot.h"

/* The exit status by which a task says that another instance has its transactional id (worker/task). */
enum { KC_EXIT_FENCED = 3 };

/* What an end means for a task that nobody asked to end; `page` as the process left it. */
enum kc_child_event kc_task_end_event(const struct kc_task_end *end, const struct kc_crash_page *page,
                                      int64_t exit_status, int term_signal);
/* Was it its plugins' doing? A hang, too much memory, a signal of its own and exit() are; a word of the task and a signal
 * from elsewhere are not. */
bool kc_task_end_is_crash(const struct kc_task_end *end, const struct kc_crash_page *page,
                          int64_t exit_status, int term_signal);

/* The trace for it; `page` as the process left it. NULL: out of memory. The caller frees it. */
char *kc_task_end_trace(const struct kc_task_end *end, const struct kc_crash_page *page, int64_t exit_status,
                        int term_signal);

/* Forgets everything, for the next process. */
void kc_task_end_clear(struct kc_task_end *end);

#endif
