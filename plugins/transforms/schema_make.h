/* schema_make.h - making new schemas out of old ones, as Kafka's SchemaUtil and SchemaBuilder do. */
#ifndef KC_TRANSFORMS_SCHEMA_MAKE_H
#define KC_TRANSFORMS_SCHEMA_MAKE_H

#include "smt.h"

#define KC_LOGICAL_DECIMAL   "org.apache.kafka.connect.data.Decimal"
#define KC_LOGICAL_DATE      "org.apache.kafka.connect.data.Date"
#define KC_LOGICAL_TIME      "org.apache.kafka.connect.data.Time"
#define KC_LOGICAL_TIMESTAMP "org.apache.kafka.connect.data.Timestamp"

/*
 * The fields of a struct that is being made. Begin, add in order, make once; finish in any case. The first failure of
 * an addition is kept and returned by kc_fields_make().
 */
struct kc_fields {
    struct kc_ctx *ctx;
    struct kc_field *list;
    const struct kc_schema **owned; /* references that finish gives back */
    int32_t *from;                  /* for each field: the input field it is a copy of, or -1 */
    uint32_t n, n_owned, cap;
    kc_status status;
    struct kc_error *err;
};

void kc_fields_begin(struct kc_fields *f, struct kc_ctx *ctx, struct kc_error *err);
/* Adds a field with somebody else's schema. */
void kc_fields_add(struct kc_fields *f, struct kc_str name, const struct kc_schema *schema, int32_t from);
/* Adds a field whose schema's reference is handed over; NULL: the schema could not be made, f->err says why. */
void kc_fields_add_own(struct kc_fields *f, struct kc_str name, const struct kc_schema *schema, int32_t from);
/*
 * The struct with name, version, doc and parameters of `like` (NULL: none of them); neither optional nor with a
 * default, as with SchemaUtil.copySchemaBasics. NULL: see f->err; KC_ERR_RECORD when a name is there twice.
 */
const struct kc_schema *kc_fields_make(struct kc_fields *f, const struct kc_schema *like);
void kc_fields_finish(struct kc_fields *f);
/*
 * Makes the struct and adds it to `s` as the shape of the input schema `in` and `variant`, with where each field comes
 * from; then finishes in any case. NULL: see f->err.
 */
struct kc_shape *kc_fields_shape(struct kc_fields *f, const struct kc_schema *like, struct kc_shapes *s,
                                 uint64_t in, uint64_t variant);

/* A spec with type, items, name, version, doc and parameters of `like`. */
struct kc_schema kc_schema_basics(const struct kc_schema *like);
/* The same schema, optional or not, with a default or without; NULL default: none. */
const struct kc_schema *kc_schema_with(struct kc_ctx *ctx, const struct kc_schema *like, bool optional,
                                       const struct kc_value *default_value, struct kc_error *err);
/* A schema of one type without name; or, with one, version 1 of a logical type. */
const struct kc_schema *kc_schema_plain(struct kc_ctx *ctx, uint8_t type, bool optional,
                                        struct kc_error *err);
const struct kc_schema *kc_schema_logical(struct kc_ctx *ctx, uint8_t type, const char *name, bool optional,
                                          struct kc_error *err);

bool kc_schema_named(const struct kc_schema *s, const char *name);

#endif
