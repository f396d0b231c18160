/*
 * sink_loop.h - moves records from Kafka into a sink, at least once: poll, decode, transform, put, commit.
 *
 * What put() has come back from is committed every offset.flush.interval.ms, when partitions go and at the
 * end; never more than pre_commit() leaves, and never before the dead letters are acknowledged. put() that
 * asks for a retry gets the same batch again after a pause, during which nothing is fetched and the group is
 * served. Runs on the task's thread until a stop or a failure.
 */
#ifndef KC_TASK_SINK_LOOP_H
#define KC_TASK_SINK_LOOP_H

#include "task/decoder.h"
#include "task/pipeline.h"
#include "task/sink_batch.h"
#include "task/sink_letters.h"

struct kc_sink {
    struct kc_task *task;
    struct kc_ctx *ctx;
    const struct kc_sink_ops *ops;
    void *self;
    struct kc_sink_consumer *consumer;
    struct kc_decoder *decoder;
    struct kc_pipeline *pipeline;
    struct kc_sink_letters *letters;
    struct kc_task_arena *arena;
    int64_t interval_ms; /* offset.flush.interval.ms */
    size_t max_records;
    atomic_bool commit_wanted; /* by the plugin. [any thread] */
};

/* KC_OK: stopped as asked, what was put is committed as far as Kafka answered in time. Otherwise *err. */
kc_status kc_sink_run(struct kc_sink *s, struct kc_error *err);

#endif
