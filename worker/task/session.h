/* session.h - one life of a connector inside its task: from taking the transactional id to close(). */
#ifndef KC_TASK_SESSION_H
#define KC_TASK_SESSION_H

#include "task/task.h"

/*
 * Takes the transactional id (which fences a predecessor), reads positions and state, opens converters and connector,
 * runs the source loop and closes everything again. KC_OK: stopped as asked. Otherwise *err, and task->fenced or
 * task->reopen say what may follow.
 */
kc_status kc_session_run(struct kc_task *t, struct kc_error *err);

#endif
