#include "schema_make.h"

#include <stdlib.h>

#include "values.h"

void kc_fields_begin(struct kc_fields *f, struct kc_ctx *ctx, struct kc_error *err)
{
    *f = (struct kc_fields){.ctx = ctx, .err = err};
}

static bool grow(struct kc_fields *f)
{
    uint32_t cap = f->cap == 0 ? 32 : f->cap * 2;
    struct kc_field *list = realloc(f->list, cap * sizeof(*list));
    const struct kc_schema **owned;
    int32_t *from;

    if (list != NULL)
        f->list = list;
    owned = realloc(f->owned, cap * sizeof(*owned));
    if (owned != NULL)
        f->owned = owned;
    from = realloc(f->from, cap * sizeof(*from));
    if (from != NULL)
        f->from = from;
    if (list == NULL || owned == NULL || from == NULL) {
        f->status = kc_fail(f->err, KC_ERR_NOMEM, "out of memory for a schema");
        return false;
    }
    f->cap = cap;
    return true;
}

void kc_fields_add(struct kc_fields *f, struct kc_str name, const struct kc_schema *schema, int32_t from)
{
    if (f->status < 0 || (f->n == f->cap && !grow(f)))
        return;
    f->from[f->n] = from;
    f->list[f->n++] = (struct kc_field){name, schema};
}

void kc_fields_add_own(struct kc_fields *f, struct kc_str name, const struct kc_schema *schema, int32_t from)
{
    uint32_t before = f->n;

    if (schema == NULL) {
        if (f->status >= 0)
            f->status = f->err->status < 0 ? f->err->status : KC_ERR_NOMEM;
        return;
    }
    kc_fields_add(f, name, schema, from);
    if (f->n > before)
        f->owned[f->n_owned++] = schema; /* never more than fields */
    else
        kc_host->schema_unref(schema);
}

static kc_status check_names(const struct kc_fields *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        for (uint32_t k = 0; k < i; k++)
            if (kc_same_text(f->list[i].name, f->list[k].name))
                return kc_fail(f->err, KC_ERR_RECORD,
                               "Cannot create field because of field name duplication %.*s",
                               (int)f->list[i].name.len, f->list[i].name.ptr);
    return KC_OK;
}

const struct kc_schema *kc_fields_make(struct kc_fields *f, const struct kc_schema *like)
{
    struct kc_schema spec = {0};

    if (f->status < 0 || check_names(f) < 0)
        return NULL;
    if (like != NULL)
        spec = kc_schema_basics(like);
    spec.struct_size = sizeof(spec);
    spec.type = KC_STRUCT;
    spec.key_schema = spec.item_schema = NULL;
    spec.fields = f->list;
    spec.n_fields = f->n;
    return kc_host->schema_new(f->ctx, &spec, f->err);
}

void kc_fields_finish(struct kc_fields *f)
{
    for (uint32_t i = 0; i < f->n_owned; i++)
        kc_host->schema_unref(f->owned[i]);
    free(f->list);
    free(f->owned);
    free(f->from);
    *f = (struct kc_fields){0};
}

struct kc_shape *kc_fields_shape(struct kc_fields *f, const struct kc_schema *like, struct kc_shapes *s,
                                 uint64_t in, uint64_t variant)
{
    const struct kc_schema *out = kc_fields_make(f, like);
    struct kc_shape *shape = NULL;

    if (out != NULL) {
        shape = kc_shapes_add(s, in, variant, out, f->from, f->n, f->err);
        f->from = NULL; /* handed over */
    }
    kc_fields_finish(f);
    return shape;
}

struct kc_schema kc_schema_basics(const struct kc_schema *like)
{
    return (struct kc_schema){.struct_size = sizeof(struct kc_schema),
                              .type = like->type,
                              .name = like->name,
                              .doc = like->doc,
                              .version = like->version,
                              .key_schema = like->key_schema,
                              .item_schema = like->item_schema,
                              .params = like->params};
}

const struct kc_schema *kc_schema_with(struct kc_ctx *ctx, const struct kc_schema *like, bool optional,
                                       const struct kc_value *default_value, struct kc_error *err)
{
    struct kc_schema spec = kc_schema_basics(like);

    spec.fields = like->fields;
    spec.n_fields = like->n_fields;
    spec.optional = optional;
    spec.default_value = default_value;
    return kc_host->schema_new(ctx, &spec, err);
}

const struct kc_schema *kc_schema_plain(struct kc_ctx *ctx, uint8_t type, bool optional, struct kc_error *err)
{
    struct kc_schema spec = {.struct_size = sizeof(spec), .type = type, .optional = optional};

    return kc_host->schema_new(ctx, &spec, err);
}

const struct kc_schema *kc_schema_logical(struct kc_ctx *ctx, uint8_t type, const char *name, bool optional,
                                          struct kc_error *err)
{
    struct kc_schema spec = {
        .struct_size = sizeof(spec), .type = type, .optional = optional, .name = kc_str(name), .version = 1};

    return kc_host->schema_new(ctx, &spec, err);
}

bool kc_schema_named(const struct kc_schema *s, const char *name)
{
    return kc_same_text(s->name, kc_str(name));
}
