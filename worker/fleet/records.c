#include "fleet/records.h"

#include <stdlib.h>

void kc_fleet_records_finish(struct kc_fleet_records *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->items[i].key);
        free(r->items[i].value);
    }
    free(r->items);
    *r = (struct kc_fleet_records){0};
}

kc_status kc_fleet_records_add(struct kc_fleet_records *r, const char *prefix, const char *name,
                               struct kc_buf *value, size_t cause)
{
    struct kc_fleet_record record = {.cause = cause};
    struct kc_buf key = {0};

    if (value != NULL) {
        record.value = kc_buf_take(value);
        if (record.value == NULL) {
            kc_buf_finish(value);
            return KC_ERR_NOMEM;
        }
    }
    kc_buf_str(&key, prefix);
    kc_buf_str(&key, name);
    record.key = kc_buf_take(&key);
    if (r->n == r->cap) {
        size_t cap = r->cap == 0 ? 16 : r->cap * 2;
        struct kc_fleet_record *bigger = reallocarray(r->items, cap, sizeof(*bigger));

        if (bigger != NULL) {
            r->items = bigger;
            r->cap = cap;
        }
    }
    if (record.key == NULL || r->n == r->cap) {
        free(record.key);
        free(record.value);
        return KC_ERR_NOMEM;
    }
    r->items[r->n++] = record;
    return KC_OK;
}
