/*
 * position_text.h - how a position is written in the offset topic: as metadata of a group's offset, and as a record.
 *
 *   metadata, full   {"partition":{...},"offset":{...}}
 *   metadata, short  {"see":"record"}                      when the full form is longer than a broker takes
 *   metadata, reset  {"reset":true}                        the position was deleted over REST; its record is a tombstone
 *   record key       position/<connector>/<slot>
 *   record value     {"group.id":s,"slot":n,"count":n,"updated_ms":n,"partition":{...},"offset":{...}}
 *   state key        state/<connector>/<key>               its value is the plugin's bytes
 *
 * Connector names have no slash, so keys are unambiguous. Partition and offset are flat maps (flat_map.h).
 */
#ifndef KC_TASK_POSITION_TEXT_H
#define KC_TASK_POSITION_TEXT_H

#include "task/flat_map.h"

/* The broker's default for offset.metadata.max.bytes, which it measures in UTF-16 units. */
enum { KC_METADATA_MAX_UNITS = 4096 };

/* One position as read. Free with kc_position_text_finish(). */
struct kc_position_text {
    bool see_record;
    bool reset;     /* there was a position once, and it does not count any more */
    char *group_id; /* record only, else NULL */
    int64_t count;  /* record only, else 0 */
    struct kc_flat *partition;
    struct kc_flat *offset;
};

/* The metadata of a slot without a position: a transaction can write an offset of a group but not delete one. */
#define KC_METADATA_RESET "{\"reset\":true}"

/* Writes the metadata; true: the short form, so the record must be written in the same transaction. */
bool kc_position_metadata(const struct kc_map *partition, const struct kc_map *offset, struct kc_buf *out);
void kc_position_record(const char *group_id, int32_t slot, uint64_t count, int64_t now_ms,
                        const struct kc_map *partition, const struct kc_map *offset, struct kc_buf *out);
/* Reads any of the four. False: it is none of them, or out of memory; nothing to finish. */
bool kc_position_read(const char *text, size_t len, struct kc_position_text *out);
void kc_position_text_finish(struct kc_position_text *t);

void kc_position_key(const char *connector, int32_t slot, struct kc_buf *out);
void kc_state_key(const char *connector, const char *key, size_t key_len, struct kc_buf *out);
/* The slot when `key` is a position's key of this connector, else -1. */
int32_t kc_position_key_slot(const char *connector, const char *key, size_t len);
/* Where the plugin's key begins when `key` is a state's key of this connector, else NULL. */
const char *kc_state_key_tail(const char *connector, const char *key, size_t len);

/* The partition of the offset topic that holds this connector's records, the same for ever (FNV-1a of its name). */
int32_t kc_home_partition(const char *connector, int32_t partitions);

#endif
