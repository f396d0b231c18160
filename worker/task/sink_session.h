/* sink_session.h - one life of a sink inside its task: from its consumer to close(). */
#ifndef KC_TASK_SINK_SESSION_H
#define KC_TASK_SINK_SESSION_H

#include "task/task.h"

/*
 * Opens converters, transforms, the topic of dead letters and the connector, joins the group, runs the sink
 * loop and closes everything again. KC_OK: stopped as asked. Otherwise *err.
 */
kc_status kc_sink_session_run(struct kc_task *t, struct kc_error *err);

#endif
