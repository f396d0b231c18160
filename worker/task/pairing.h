/* pairing.h - walks over what the converters made of a batch: each value slice with the key slice of its
 * record. */
#ifndef KC_TASK_PAIRING_H
#define KC_TASK_PAIRING_H

#include <kconnect/pipeline.h>
#include <stdbool.h>

#include "base/error.h"

/*
 * Keys: exactly one slice for each record that was live when the key converter ran, in order. Values: 0..n
 * slices for each live one, in order; the slice of adjacent records that were merged names the last one.
 * Everything else is a fault of the converter, and found here.
 */
struct kc_pairing {
    const struct kc_batch *batch;
    const struct kc_bytes *key_bytes, *value_bytes;
    const struct kc_slices *keys, *values;
    const struct kc_slices *late_keys,
        *late_values; /* of records that a transform failed, as they came: for dead letters */
    uint64_t next_key, next_value;
    uint32_t record; /* of the last pair */
};

struct kc_pair {
    const struct kc_record *record;
    uint32_t index;  /* of the record in its batch */
    const void *key; /* NULL: no key */
    uint32_t key_len;
    uint32_t value_len;
    const void *value; /* NULL: a tombstone */
};

/* True for a record that is sent: neither dropped nor failed. */
static inline bool kc_is_live(const struct kc_record *r)
{
    return (r->flags & (KC_REC_DROPPED | KC_REC_FAILED)) == 0;
}

/* KC_OK: *out is the next message. KC_NOTHING: there are no more. KC_ERR_FATAL: a converter broke the
 * rules. */
kc_status kc_pairing_next(struct kc_pairing *p, struct kc_pair *out, struct kc_error *err);

/* The key of a record, whether it has a value or not, and whether it failed in a transform or not. False:
 * the key converter gave none. */
bool kc_pairing_key(const struct kc_pairing *p, uint32_t record, const void **key, uint32_t *len);

#endif
