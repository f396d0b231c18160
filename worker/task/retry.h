/*
 * retry.h - a converter, transform or predicate that asks to be called again (KC_ERR_RETRY), by Kafka
 * Connect's keys:
 *   errors.retry.timeout        how long one call may be repeated, in ms; 0: not at all, -1: for ever
 *   errors.retry.delay.max.ms   the longest pause between two calls
 *
 * Pauses begin with 300 ms and double; one that would be longer than the longest is a random part of it, so
 * that many tasks do not come back at the same moment
 * (org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator). Task thread only.
 */
#ifndef KC_TASK_RETRY_H
#define KC_TASK_RETRY_H

#include <stdint.h>

#include "base/error.h"
#include "base/props.h"

struct kc_batch;
struct kc_ctx;
struct kc_task;

/* Of one task, at kc_task.retry. */
struct kc_retry {
    int64_t timeout_ms; /* -1: for ever */
    int64_t max_delay_ms;
    /*
     * kc_mono_ms() until when the caller can wait at all, because something is open that must not be for
     * long, such as a transaction; 0: as long as it takes. Set by the loop before it calls into a stage.
     */
    int64_t patience_until_ms;
    /* Until then nothing should be open when a stage is called, since one has outlasted that patience; 0:
     * it does not matter. */
    int64_t careful_until_ms;
    /* Called about once a second while waiting, e.g. to stay in a consumer group; NULL: nothing. */
    void (*idle)(void *arg);
    void *idle_arg;
};

enum kc_retry_answer {
    KC_RETRY_AGAIN, /* a pause is over: make the same call again */
    KC_RETRY_SPENT, /* errors.retry.timeout is over: the call has failed, errors.tolerance decides */
    KC_RETRY_LEAVE, /* the task is to stop, or the caller's patience is over: nothing is decided */
};

/* One call and its repetitions. Zero-initialise. */
struct kc_attempts {
    int64_t since_ms; /* when it failed first */
    uint32_t n;
    enum kc_retry_answer last;
};

/* Reads the keys. KC_ERR_CONFIG names the one that is wrong. */
kc_status kc_retry_init(struct kc_retry *r, const struct kc_props *config, struct kc_error *err);

/*
 * After a call that ended with KC_ERR_RETRY and *err, whose retry_after_ms is obeyed: waits until the next
 * one, for which *err is empty again.
 */
enum kc_retry_answer kc_retry_wait(struct kc_task *t, struct kc_attempts *a, struct kc_error *err);

/*
 * The end of a call into `ctx` that was not made again. After KC_RETRY_LEAVE: KC_ERR_STOPPED, and the batch
 * must be given up. After KC_RETRY_SPENT every record of the batch that was live, and not skipped, has
 * failed: KC_OK when that is tolerated, else KC_ERR_RETRY with the component's sentence.
 */
kc_status kc_retry_settle(const struct kc_ctx *ctx, const struct kc_attempts *a, struct kc_batch *b,
                          struct kc_error *err);

#endif
