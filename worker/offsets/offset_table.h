/*
 * offset_table.h - the positions of one connector as they stand in Kafka, and changes of them. Pure memory: no Kafka
 * here. A position lives in a slot; where it stands is told in task/position_text.h. Not thread-safe.
 */
#ifndef KC_OFFSETS_OFFSET_TABLE_H
#define KC_OFFSETS_OFFSET_TABLE_H

#include "offsets/offset_changes.h"
#include "task/position_text.h"

/* One slot. Without a partition it is free. */
struct kc_stored_position {
    struct kc_flat *partition;
    struct kc_flat *offset; /* NULL: removed by a change */
    int64_t count;          /* of records that were sent up to it */
    bool in_group;          /* the group has something in this slot */
    bool see_record;        /* and that says: look at the record */
    bool reset;             /* or: there is none any more */
    bool changed;           /* must be written */
};

struct kc_offset_table {
    struct kc_stored_position *slots;
    int32_t n_slots;
    char **states; /* record keys of the plugin's state that have a value */
    size_t n_states;
    bool forget_states; /* they must be removed, with the last position */
};

/* KC_ERR_NOMEM. */
kc_status kc_offset_table_init(struct kc_offset_table *t, int32_t slots, struct kc_error *err);
void kc_offset_table_finish(struct kc_offset_table *t);

/* What the group has in a slot. What is no position of ours is taken as none. */
void kc_offset_table_group(struct kc_offset_table *t, int32_t slot, int64_t count, const char *metadata,
                           size_t len);
/*
 * One record of the connector's home partition, in their order; NULL `value`: a deletion. Others' are ignored. Positions in
 * records count where the group has none. KC_ERR_CONFIG: it is of a connector of another fleet. KC_ERR_NOMEM.
 */
kc_status kc_offset_table_record(struct kc_offset_table *t, const char *connector, const char *group_id,
                                 const char *key, size_t key_len, const char *value, size_t len,
                                 struct kc_error *err);
/* True when the group alone tells every position. */
bool kc_offset_table_is_told(const struct kc_offset_table *t);

/* Appends {"offsets":[{"partition":{...},"offset":{...}},...]}. */
void kc_offset_table_print(const struct kc_offset_table *t, struct kc_buf *out);

/*
 * Makes the changes, in memory: of several for one partition the last wins. KC_ERR_CONFIG: a partition that the connector
 * does not have (while it has others), or no slot is left; then the table is not to be used any more.
 */
kc_status kc_offset_table_alter(struct kc_offset_table *t, const struct kc_offset_changes *changes,
                                struct kc_error *err);
/* Removes every position, and the plugin's state with it. */
void kc_offset_table_reset(struct kc_offset_table *t);
/* True when there is something to write. */
bool kc_offset_table_changed(const struct kc_offset_table *t);

#endif
