/*
 * offset_changes.h - the body of PATCH /connectors/X/offsets, read without rounding a number:
 *
 *   {"offsets":[{"partition":{...},"offset":{...} or null},...]}
 */
#ifndef KC_OFFSETS_OFFSET_CHANGES_H
#define KC_OFFSETS_OFFSET_CHANGES_H

#include "task/flat_map.h"

enum {
    KC_OFFSET_CHANGES_MAX = 10000,
    KC_POSITION_MAX_BYTES = 900 * 1024, /* of one position; a broker's usual limit for a record is 1 MiB */
};

struct kc_offset_change_item {
    struct kc_flat *partition;
    struct kc_flat *offset; /* NULL: remove the position */
};

/* Zero-initialise; kc_offset_changes_finish() frees the items. */
struct kc_offset_changes {
    struct kc_offset_change_item *items;
    size_t n;
};

/*
 * Reads the body. KC_ERR_CONFIG: *err says what is wrong with it; that no offsets were given is said in Kafka Connect's
 * words. KC_ERR_NOMEM.
 */
kc_status kc_offset_changes_read(const char *text, size_t len, struct kc_offset_changes *out,
                                 struct kc_error *err);
void kc_offset_changes_finish(struct kc_offset_changes *c);

#endif
