/*
 * unwrap_fields.h - the fields of an envelope that add.fields and add.headers name: `op`, `source.ts_ms`, `table:TABLE`.
 *
 * A name without a struct is looked for where Debezium looks: op and ts_* in the envelope, the transaction's three fields
 * in `transaction`, everything else in `source`; and, where it is not there, in the envelope itself.
 */
#ifndef KC_TRANSFORMS_UNWRAP_FIELDS_H
#define KC_TRANSFORMS_UNWRAP_FIELDS_H

#include "schema_make.h"
#include "settings.h"

struct kc_reference {
    struct kc_str parent; /* ptr NULL: the envelope */
    struct kc_str field;
    struct kc_str name; /* the new one, with its prefix */
};

struct kc_references {
    struct kc_reference *list;
    uint32_t n;
};

/* Reads a list key and its prefix key. KC_ERR_CONFIG: a field is not written as [struct.]field[:name]. */
kc_status kc_references_read(struct kc_smt *s, const struct kc_map *config, const char *key,
                             const char *prefix_key, struct kc_references *out, struct kc_error *err);

enum { KC_PLACE_WORDS = 2, KC_PLACE_NONE = -2, KC_PLACE_ENVELOPE = -1 };

/*
 * Where a reference leads in an envelope: place[0] is the parent's field, or KC_PLACE_ENVELOPE, or KC_PLACE_NONE when
 * there is no such field; place[1] the field. Returns the field's schema, or NULL.
 */
const struct kc_schema *kc_reference_place(const struct kc_reference *ref, const struct kc_schema *envelope,
                                           int32_t place[KC_PLACE_WORDS]);
/* The value there; null when the parent is. */
struct kc_value kc_reference_value(const struct kc_value *envelope, const int32_t place[KC_PLACE_WORDS]);

#endif
