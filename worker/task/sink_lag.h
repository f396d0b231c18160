/*
 * sink_lag.h - how many records a sink's task is behind the ends of its partitions.
 *
 * The end of a partition that is read comes with every answer to a fetch, so it costs nothing; it is the high
 * watermark, as kafka-consumer-groups has it. Partitions that are not read, because the connector or one of
 * them is paused or a batch waits for its next try, are asked for every ten seconds, all with one request to
 * each leader, for at most a second. Task thread only.
 */
#ifndef KC_TASK_SINK_LAG_H
#define KC_TASK_SINK_LAG_H

#include "task/sink_consumer.h"

/* Tells the worker the task's figures, when it is time to; `now`: at once, and without asking the brokers. */
void kc_sink_lag_tell(struct kc_sink_consumer *c, bool now);
/*
 * Nothing came: whether that is because there is no more, which makes the lag in time 0. From a broker that is away
 * nothing comes, either. Looks only when the figures are about to be told.
 */
void kc_sink_lag_note_caught_up(struct kc_sink_consumer *c);

#endif
