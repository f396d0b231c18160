/*
 * meter.h - what a task counts of itself, and tells its worker about once a second.
 *
 * Everything is per batch or per transaction, never per record. Task thread only.
 */
#ifndef KC_TASK_METER_H
#define KC_TASK_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "metrics/histogram.h"

struct kc_ctx;
struct kc_task;
struct kc_batch;

/* Zero-initialise. Totals since the start of the process. */
struct kc_meter {
    uint64_t polled, commit_failures, retries;
    uint64_t skipped, dead_letters; /* records that errors.tolerance=all left out, and the notes of them */
    uint64_t active;                /* written, not yet committed */
    int64_t last_error_ms;
    struct kc_histogram commit_seconds, transaction_records;
    struct kc_histogram put_seconds;  /* of a sink: calls of put() that took their batch */
    int64_t partitions, lag, lag_max; /* of a sink, from struct kc_sink_lag; lag -1: not known */
    int64_t handed_us;    /* Unix us up to which the source has handed over everything; 0: not known */
    int64_t committed_us; /* the same of what is committed: behind by it is the lag */
    int64_t told_ms;      /* monotonic */
};

/* Counts the records of a batch as the source gave it: before a transform drops some. */
void kc_meter_took(struct kc_meter *m, const struct kc_batch *b);

/*
 * A poll() came back with `b`, or with nothing (NULL). `sent`: records of it or of earlier ones wait for a
 * commit. How far the source is, is what its gauge KC_METRIC_CAUGHT_UP says; one without is as far as the
 * last record's event_us, and has caught up when it returns nothing.
 */
void kc_meter_polled(struct kc_meter *m, const struct kc_ctx *source, const struct kc_batch *b,
                     uint64_t sent);
/* A transaction of so many records ended well, after ms. */
void kc_meter_committed(struct kc_meter *m, int64_t ms, uint64_t records);
/* A sink has put everything up to a record of this time, or up to now where there is no more: Unix ms; <=
 * 0: not known. */
void kc_meter_put(struct kc_meter *m, int64_t written_ms);
/* A transaction was given up; poll() has asked to be called again. Both are errors that may pass. */
void kc_meter_gave_up(struct kc_meter *m, bool in_transaction);
void kc_meter_retry(struct kc_meter *m);

/* True when it is time to send them. */
bool kc_meter_is_due(const struct kc_meter *m);
/* Sends the figures of `task`, unless they were sent a moment ago; `now`: at once. */
void kc_meter_tell(struct kc_task *task, bool now);

#endif
