/* sink_control.h - the host extension kc.sink-control/1: what a sink may ask of its consumer. */
#ifndef KC_TASK_SINK_CONTROL_H
#define KC_TASK_SINK_CONTROL_H

#include <kconnect/connector.h>

/*
 * The table. Its calls do nothing in a task that is no sink, and nothing to a partition that is not assigned.
 * A seek counts from the next batch on: the batch that is in put() is done first.
 */
const struct kc_sink_control *kc_sink_control_table(void);

#endif
