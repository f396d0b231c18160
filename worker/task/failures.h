/*
 * failures.h - records that cannot be written, and what follows by Kafka Connect's keys:
 *   errors.tolerance                    none: the task fails; all: the record is left out and counted
 *   errors.log.enable                   each one that is left out is logged; else a summary now and then
 *   errors.log.include.messages         with its key and value
 *   errors.deadletterqueue.topic.name   it is noted there (dead_letter.h); "": nowhere
 *   errors.deadletterqueue.topic.replication.factor, errors.deadletterqueue.context.headers.enable
 *
 * Holds the failures of the batch in hand, and belongs to the task's thread.
 */
#ifndef KC_TASK_FAILURES_H
#define KC_TASK_FAILURES_H

#include <kconnect/record.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/props.h"

struct kc_failure {
    uint32_t index; /* of the record in its batch */
    /* Kafka Connect's word: TASK_POLL TRANSFORMATION KEY_CONVERTER VALUE_CONVERTER HEADER_CONVERTER
     * KAFKA_PRODUCE */
    const char *stage;
    const char *component; /* who says so, "dataworks-json 0.1.0"; borrowed until kc_failures_clear() */
    const char *exception; /* the Java class that tools for dead letters know this kind by */
    uint64_t bytes, limit; /* of a record that is too large; 0: something else is wrong */
    char *why;             /* a sentence */
    /* The record before its transforms, where they failed it (pipeline.h says how long); NULL: the one of
     * the batch. */
    const struct kc_record *original;
};

struct kc_failures {
    bool tolerated;
    bool logged, logged_whole;
    bool with_context;
    bool muted; /* what fails now is a dead letter's own record, and counts no second time */
    int16_t replication;
    const char *dead_letter_name;        /* "": there is no such topic; borrowed from the configuration */
    const struct kc_topic *dead_letters; /* interned by the session */
    struct kc_failure *list;
    size_t n, cap;
    uint64_t left_out; /* since the last summary */
    int64_t summary_ms;
};

/* Reads the keys. KC_ERR_CONFIG names the one that is wrong. */
kc_status kc_failures_init(struct kc_failures *f, const struct kc_props *config, struct kc_error *err);
void kc_failures_finish(struct kc_failures *f);

/* Forgets those of the last batch. */
void kc_failures_clear(struct kc_failures *f);

/* True when somebody will want to know what a record was before its transforms: a dead letter, or the log. */
bool kc_failures_need_originals(const struct kc_failures *f);

/*
 * Notes one, `why` copied from *err; a record that is among them already stays what it is. KC_OK: it is
 * tolerated. Otherwise the task has to fail: the status is err's, or KC_ERR_FATAL if that is of one record.
 */
kc_status kc_failures_add(struct kc_failures *f, const struct kc_failure *failure, struct kc_error *err);

/* True when the record of this index is among them. */
bool kc_failures_has(const struct kc_failures *f, uint32_t index);

/* Logs one that is left out, as far as it is to be logged. Key and value as they would be written; NULL:
 * not known. */
void kc_failure_log(struct kc_failures *f, const struct kc_failure *failure, const struct kc_record *r,
                    const struct kc_str *key, const struct kc_str *value);

#endif
