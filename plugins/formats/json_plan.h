/*
 * json_plan.h - how values of one schema are written as JSON, worked out once.
 *
 * A plan keeps nothing of the schema: names are rendered as `,"name":`, defaults as the JSON that takes the place of null.
 * Plans of one schema are shared by nobody; free the outermost.
 */
#ifndef KC_FORMATS_JSON_PLAN_H
#define KC_FORMATS_JSON_PLAN_H

#include "logical.h"
#include "out.h"

struct kc_json_options {
    bool schemas;           /* schemas.enable */
    bool numeric_decimals;  /* decimal.format NUMERIC */
    bool null_with_default; /* replace.null.with.default */
};

struct kc_json_plan;

struct kc_json_field {
    const struct kc_json_plan *plan;
    const uint8_t *prefix; /* [,]"name": readable up to the next multiple of 16 */
    uint32_t prefix_len;
    uint32_t reserved;
};

struct kc_json_plan {
    uint8_t type; /* KC_INT8.. */
    uint8_t logical;
    bool optional;
    int32_t scale;           /* of a Decimal */
    uint32_t n_fields;       /* STRUCT */
    struct kc_bytes instead; /* the default as JSON; len 0: none */
    struct kc_bytes names;   /* what the prefixes point into */
    struct kc_json_field *fields;
    struct kc_json_plan *key, *item; /* MAP, ARRAY */
};

/*
 * Makes the plan of a schema. KC_ERR_RECORD: no value of it can be written, with why. *out is NULL on failure. A schema
 * nested more than KC_MAX_DEPTH levels deep is refused.
 */
kc_status kc_json_plan_make(const struct kc_schema *schema, const struct kc_json_options *options,
                            struct kc_json_plan **out, struct kc_error *err);
void kc_json_plan_free(struct kc_json_plan *p);

/*
 * Appends the schema as Kafka Connect's JsonConverter describes it, with the member "field" where it is that of a field.
 * Type words are Connect's; uint64, which Connect does not have, is int64. False: out of memory.
 */
bool kc_json_put_schema(struct kc_out *o, const struct kc_schema *schema, const struct kc_json_plan *plan,
                        const struct kc_str *field);

#endif
