/*
 * offsets.h - the positions and the small durable state of one connector.
 *
 * Kept in memory while the task runs, in Kafka at rest: in the group connect-<connector> (an offset a slot: partition
 * n of the offset topic is slot n, its number the count of records, its metadata the position) and as records of the
 * connector's home partition of the offset topic (position_text.h). Everything is written in transactions only. The
 * record of a position is written when its metadata does not fit, and otherwise at most once a second, and always
 * within a second of the last change. Task thread only.
 */
#ifndef KC_TASK_OFFSETS_H
#define KC_TASK_OFFSETS_H

#include <kconnect/connector.h>
#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "base/error.h"
#include "task/flat_map.h"
#include "task/position_text.h"

enum { KC_RECORD_INTERVAL_MS = 1000 };

struct kc_offsets;

/* Borrows the texts. NULL: out of memory. */
struct kc_offsets *kc_offsets_create(const char *connector, const char *group_id, int32_t slots);
void kc_offsets_destroy(struct kc_offsets *o);

/* What was found at the start (offsets_load.h). Takes over *t on success. */
kc_status kc_offsets_found_metadata(struct kc_offsets *o, int32_t slot, int64_t count,
                                    struct kc_position_text *t, struct kc_error *err);
kc_status kc_offsets_found_record(struct kc_offsets *o, int32_t slot, struct kc_position_text *t,
                                  struct kc_error *err);
/* A tombstone: an older record of this slot does not count. */
kc_status kc_offsets_forget_record(struct kc_offsets *o, int32_t slot, struct kc_error *err);
/* Once both kinds are in: chooses between them. KC_ERR_CONFIG: another fleet's, or a short form without its record. */
kc_status kc_offsets_settle(struct kc_offsets *o, struct kc_error *err);

/* kc_host.offset_get and offset_each. Borrowed until the position changes. */
kc_status kc_offsets_get(struct kc_offsets *o, const struct kc_map *partition, struct kc_map *offset);
void kc_offsets_each(struct kc_offsets *o,
                     void (*visit)(void *arg, const struct kc_map *partition, const struct kc_map *offset),
                     void *arg);
/* kc_host.state_get and state_put. `loaded`: comes from Kafka, so it need not be written. len 0 removes. */
kc_status kc_state_get(struct kc_offsets *o, struct kc_str key, struct kc_str *value);
kc_status kc_state_put(struct kc_offsets *o, struct kc_str key, struct kc_str value, bool loaded);

/* Takes in the resume points and the number of records of a batch that was produced. */
kc_status kc_offsets_note(struct kc_offsets *o, const struct kc_batch *b, struct kc_error *err);
/* True when no record came after the newest resume point: a transaction may end here. */
bool kc_offsets_at_resume_point(const struct kc_offsets *o);
/* True when a position changed since the last commit. */
bool kc_offsets_changed(const struct kc_offsets *o);
/* kc_mono_ms() of when a record has to be written at the latest; INT64_MAX: all are up to date. */
int64_t kc_offsets_record_due(const struct kc_offsets *o);

/* Writes one record of a commit into the offset topic. value NULL: a tombstone. */
typedef kc_status (*kc_offsets_write_fn)(void *arg, const char *key, size_t key_len, const void *value,
                                         size_t value_len, struct kc_error *err);
/*
 * Writes what the transaction has to hold: the offsets of changed positions into `list` (whose elements it makes, for
 * `topic`), state and due records through `write`. `all`: records that are not due yet, too, as before a rest.
 */
kc_status kc_offsets_prepare(struct kc_offsets *o, bool all, const char *topic,
                             rd_kafka_topic_partition_list_t *list, kc_offsets_write_fn write, void *arg,
                             struct kc_error *err);
/*
 * The transaction is committed. Calls `tell` (may be NULL) once for every position that moved; `changed` is borrowed.
 */
void kc_offsets_committed(struct kc_offsets *o, void (*tell)(void *arg, const struct kc_committed *changed),
                          void *arg);

#endif
