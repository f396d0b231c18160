/*
 * json_encode.h - the schemas that a json converter has met, each with its plan and the bytes in front of its payloads.
 *
 * Keyed by schema->id, so that a record costs one comparison. The cache keeps no schema; when it is full it is emptied
 * between two batches. Task thread only.
 */
#ifndef KC_FORMATS_JSON_ENCODE_H
#define KC_FORMATS_JSON_ENCODE_H

#include "json_plan.h"

enum { KC_JSON_BUCKETS = 256 };

struct kc_json_head {
    struct kc_json_head *next;
    uint64_t id;
    struct kc_json_plan *plan; /* NULL: no value of this schema can be written */
    struct kc_bytes head;      /* {"schema":...,"payload": */
    struct kc_error why;       /* without a plan */
};

struct kc_json_heads {
    struct kc_json_options options;
    uint32_t n, most; /* schemas.cache.size */
    struct kc_json_head *last;
    struct kc_json_head *buckets[KC_JSON_BUCKETS];
};

void kc_json_heads_init(struct kc_json_heads *h, const struct kc_json_options *options, uint32_t most);
void kc_json_heads_finish(struct kc_json_heads *h);
/* To be called before a batch. */
void kc_json_heads_trim(struct kc_json_heads *h);

/* A kc_put_fn for one value, but for `self`. */
kc_status kc_json_encode(struct kc_json_heads *h, struct kc_out *o, const struct kc_schema *schema,
                         const struct kc_value *v, bool *is_null, struct kc_error *err);

#endif
