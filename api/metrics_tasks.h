/* metrics_tasks.h - the families of GET /metrics about the tasks that this worker runs. */
#ifndef KC_API_METRICS_TASKS_H
#define KC_API_METRICS_TASKS_H

#include "base/buf.h"
#include "metrics/task_board.h"

/* Writes every family, of `n` tasks as kc_task_board_copy() gives them. Reads the processes' files in /proc. */
void kc_metrics_tasks(struct kc_buf *out, const struct kc_task_figures *figures, size_t n);

/* The states up to `last` of enum kc_state, one sample each: 1 for the one that is `now`, 0 for the others. A task is never
 * STOPPED. */
void kc_metrics_states(struct kc_buf *out, const char *family, const struct kc_label *labels, size_t n,
                       enum kc_state last, enum kc_state now);

#endif
