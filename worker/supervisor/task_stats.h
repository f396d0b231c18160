/* task_stats.h - the "stats" message of control.h as figures for the board. */
#ifndef KC_SUPERVISOR_TASK_STATS_H
#define KC_SUPERVISOR_TASK_STATS_H

#include <cjson/cJSON.h>

#include "metrics/task_board.h"

/* What is missing or of another type counts as 0; metrics of plugins that break the rules are left out. */
void kc_task_stats_take(const cJSON *message, int64_t mono_ms, struct kc_task_line *line);

#endif
