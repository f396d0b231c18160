/*
 * source_loop.h - moves records from a source to Kafka, exactly once: poll, transform, encode, produce, commit.
 *
 * Records, the plugin's state, positions and offsets go into one transaction, which ends after
 * transaction.boundary.interval.ms (up to five times that while there is a backlog), always at a resume point. Nothing
 * stays open while there is nothing to send. Runs on the task's thread until a stop or a failure.
 */
#ifndef KC_TASK_SOURCE_LOOP_H
#define KC_TASK_SOURCE_LOOP_H

#include "task/arena.h"
#include "task/encoder.h"
#include "task/pipeline.h"
#include "task/producer.h"

struct kc_source {
    struct kc_task *task;
    struct kc_ctx *ctx;
    const struct kc_source_ops *ops;
    void *self;
    struct kc_pipeline *pipeline;
    struct kc_encoder *encoder;
    struct kc_producer *producer;
    rd_kafka_topic_t *offset_topic; /* of producer->txn */
    rd_kafka_consumer_group_metadata_t *group;
    struct kc_task_arena *arena;
    int64_t interval_ms; /* transaction.boundary.interval.ms; 0: after each batch */
};

/*
 * KC_OK: stopped as asked, the last transaction committed or given up. Otherwise *err; task->reopen is set when a new
 * session may go on at the committed position at once.
 */
kc_status kc_source_run(struct kc_source *s, struct kc_error *err);

#endif
