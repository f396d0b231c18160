/* task_id.h - the number of a task in a path. */
#ifndef KC_API_TASK_ID_H
#define KC_API_TASK_ID_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a task's number; false: it isn't an int, so there is no such route. */
bool kc_task_id_parse(const char *text, int32_t *id);

#endif
