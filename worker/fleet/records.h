/* records.h - records about to be written in one transaction. */
#ifndef KC_FLEET_RECORDS_H
#define KC_FLEET_RECORDS_H

#include "base/buf.h"
#include "base/error.h"

struct kc_fleet_record {
    char *key;
    char *value;  /* NULL: deletes the key */
    size_t cause; /* which request it comes from: its number in the batch; KC_NO_CAUSE: none */
};

#define KC_NO_CAUSE SIZE_MAX

/* Zero-initialise to make one. */
struct kc_fleet_records {
    struct kc_fleet_record *items;
    size_t n;
    size_t cap;
};

void kc_fleet_records_finish(struct kc_fleet_records *r);
/* Adds "<prefix><name>" with the text of `value`, which is emptied; NULL `value`: a deletion. KC_ERR_NOMEM. */
kc_status kc_fleet_records_add(struct kc_fleet_records *r, const char *prefix, const char *name,
                               struct kc_buf *value, size_t cause);

#endif
