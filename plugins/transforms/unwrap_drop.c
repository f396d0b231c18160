#include "unwrap_drop.h"

#include <stdlib.h>

#include "schema_make.h"
#include "values.h"

/* Shapes of this file have a variant with this bit: the hash of the fields that stay. */
#define DROP_VARIANT (UINT64_C(1) << 63)

static bool is_named(const struct kc_value *names, struct kc_str field)
{
    for (uint32_t i = 0; i < names->len; i++)
        if (names->as.items[i].type == KC_STRING && kc_same_text(kc_value_text(&names->as.items[i]), field))
            return true;
    return false;
}

static struct kc_shape *make_shape(struct kc_smt *s, const struct kc_schema *in, const int32_t *kept,
                                   uint32_t n, uint64_t variant, struct kc_error *err)
{
    struct kc_fields f;

    kc_fields_begin(&f, s->ctx, err);
    for (uint32_t i = 0; i < n; i++)
        kc_fields_add(&f, in->fields[kept[i]].name, in->fields[kept[i]].schema, kept[i]);
    return kc_fields_shape(&f, in, &s->shapes, in->id, variant);
}

/* The shape that keeps exactly these fields: two lists with the same hash are told apart by a second look. */
static struct kc_shape *shape_for(struct kc_smt *s, const struct kc_schema *in, const int32_t *kept,
                                  uint32_t n, struct kc_error *err)
{
    uint64_t variant = UINT64_C(0xcbf29ce484222325);
    struct kc_shape *shape;

    for (uint32_t i = 0; i < n; i++)
        variant = (variant ^ (uint64_t)kept[i]) * UINT64_C(0x100000001b3);
    for (variant |= DROP_VARIANT;; variant = (variant + 1) | DROP_VARIANT) {
        shape = kc_shapes_find(&s->shapes, in->id, variant);
        if (shape == NULL)
            return make_shape(s, in, kept, n, variant, err);
        if (shape->n == n && (n == 0 || memcmp(shape->from, kept, n * sizeof(*kept)) == 0))
            return shape;
    }
}

kc_status kc_unwrap_drop(struct kc_smt *s, struct kc_batch *b, const struct kc_value *names,
                         bool only_optional, struct kc_view view, struct kc_error *err)
{
    const struct kc_schema *in = *view.schema;
    const struct kc_shape *shape;
    int32_t *kept;
    uint32_t n = 0;

    if (in == NULL || in->type != KC_STRUCT || view.value->type != KC_STRUCT)
        return KC_OK;
    if (kc_require_struct(in, view.value, "field replacement", err) < 0)
        return err->status;
    kept = kc_smt_take(b, in->n_fields * sizeof(*kept), err);
    if (kept == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < in->n_fields; i++)
        if (!is_named(names, in->fields[i].name) || (only_optional && !in->fields[i].schema->optional))
            kept[n++] = (int32_t)i;
    if (n == in->n_fields)
        return KC_OK;
    shape = shape_for(s, in, kept, n, err);
    if (shape == NULL || kc_shape_fill(shape, in, view.value, true, b, view.value, err) < 0)
        return err->status;
    *view.schema = shape->out;
    return KC_OK;
}
