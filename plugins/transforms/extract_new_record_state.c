/*
 * ExtractNewRecordState, Debezium's "unwrap": an envelope becomes the row after the change; deletes and tombstones become
 * what delete.tombstone.handling.mode says.
 */
#include <stdlib.h>

#include "components.h"
#include "unwrap_drop.h"
#include "unwrap_fields.h"
#include "unwrap_options.h"
#include "values.h"

/* Variants of an envelope's shapes: the row out of `after`, the row out of `before`, the added headers. */
enum { ROW_AFTER, ROW_BEFORE, HEADERS };

#define DELETED_FIELD "__deleted"

struct unwrap {
    struct kc_smt base;
    struct kc_unwrap_options o;
};

static kc_status open_unwrap(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    return kc_unwrap_options_read(s, config, &((struct unwrap *)s)->o, err);
}

static bool is_envelope(const struct kc_schema *s)
{
    static const char suffix[] = ".Envelope";
    uint32_t n = sizeof(suffix) - 1;

    return s != NULL && s->type == KC_STRUCT && s->name.len >= n &&
           memcmp(s->name.ptr + s->name.len - n, suffix, n) == 0;
}

/* Adds room for more headers; the record sees them when the caller has filled them. */
static struct kc_header *more_headers(struct kc_batch *b, const struct kc_record *r, uint32_t more,
                                      struct kc_error *err)
{
    struct kc_header *list = kc_smt_take(b, ((uint64_t)r->n_headers + more) * sizeof(*list), err);

    if (list != NULL && r->n_headers > 0)
        memcpy(list, r->headers, r->n_headers * sizeof(*list));
    return list;
}

/* The shape's output is a struct of the headers' schemas, in order; `from` has their places. */
static struct kc_shape *headers_shape(struct unwrap *u, const struct kc_schema *envelope,
                                      struct kc_error *err)
{
    uint32_t n = u->o.headers.n;
    int32_t *places = malloc((size_t)n * KC_PLACE_WORDS * sizeof(*places));
    const struct kc_schema *out;
    struct kc_fields f;
    char(*names)[12] = malloc(n * sizeof(*names));

    kc_fields_begin(&f, u->base.ctx, err);
    if (places == NULL || names == NULL)
        f.status = kc_fail(err, KC_ERR_NOMEM, "out of memory for headers");
    for (uint32_t i = 0; i < n && f.status >= 0; i++) {
        const struct kc_schema *schema =
            kc_reference_place(&u->o.headers.list[i], envelope, &places[KC_PLACE_WORDS * i]);

        (void)snprintf(names[i], sizeof(names[i]), "%u", (unsigned)i); /* two headers may have one name */
        kc_fields_add_own(&f, kc_str(names[i]),
                          schema == NULL ? kc_schema_plain(u->base.ctx, KC_STRING, true, err)
                                         : kc_schema_with(u->base.ctx, schema, true, NULL, err),
                          -1);
    }
    out = kc_fields_make(&f, NULL);
    kc_fields_finish(&f);
    free(names);
    if (out == NULL) {
        free(places);
        return NULL;
    }
    return kc_shapes_add(&u->base.shapes, envelope->id, HEADERS, out, places, n, err);
}

static kc_status add_headers(struct unwrap *u, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    const struct kc_shape *shape = kc_shapes_find(&u->base.shapes, r->value_schema->id, HEADERS);
    struct kc_header *list;
    uint32_t n = r->n_headers;

    if (shape == NULL && (shape = headers_shape(u, r->value_schema, err)) == NULL)
        return err->status;
    list = more_headers(b, r, shape->n, err);
    if (list == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < shape->n; i++) {
        const int32_t *place = &shape->from[KC_PLACE_WORDS * i];

        if (place[0] == KC_PLACE_NONE)
            continue;
        list[n++] = (struct kc_header){.key = u->o.headers.list[i].name,
                                       .schema = shape->out->fields[i].schema,
                                       .value = kc_reference_value(&r->value, place)};
    }
    r->headers = list;
    r->n_headers = n;
    return KC_OK;
}

/* A tombstone that stays gets the operation as a header, when it is asked for. */
static kc_status tombstone(struct unwrap *u, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct kc_header *list;

    if (!u->o.keep_tombstones) {
        r->flags |= KC_REC_DROPPED;
        return KC_OK;
    }
    for (uint32_t i = 0; i < u->o.headers.n; i++) {
        if (!kc_same_text(u->o.headers.list[i].field, kc_str("op")))
            continue;
        list = more_headers(b, r, 1, err);
        if (list == NULL)
            return KC_ERR_NOMEM;
        list[r->n_headers] = (struct kc_header){
            .key = u->o.headers.list[i].name, .schema = u->o.text, .value = kc_string("d", 1)};
        r->headers = list;
        r->n_headers++;
    }
    return KC_OK;
}

/* The row's fields, __deleted, the added fields. `from`: the places of those added, in order. */
static struct kc_shape *row_shape(struct unwrap *u, const struct kc_schema *envelope,
                                  const struct kc_schema *row, uint64_t variant, struct kc_error *err)
{
    uint32_t n = 0;
    int32_t *places = malloc(((size_t)u->o.fields.n + 1) * KC_PLACE_WORDS * sizeof(*places));
    const struct kc_schema *out;
    struct kc_fields f;

    kc_fields_begin(&f, u->base.ctx, err);
    if (places == NULL)
        f.status = kc_fail(err, KC_ERR_NOMEM, "out of memory for added fields");
    for (uint32_t i = 0; i < row->n_fields; i++)
        kc_fields_add(&f, row->fields[i].name, row->fields[i].schema, (int32_t)i);
    if (u->o.on_delete == KC_DELETE_REWRITE)
        kc_fields_add_own(&f, kc_str(DELETED_FIELD), kc_schema_plain(u->base.ctx, KC_STRING, true, err), -1);
    for (uint32_t i = 0; i < u->o.fields.n && f.status >= 0; i++) {
        const struct kc_schema *schema =
            kc_reference_place(&u->o.fields.list[i], envelope, &places[KC_PLACE_WORDS * n]);

        if (schema == NULL)
            continue;
        kc_fields_add_own(&f, u->o.fields.list[i].name, kc_schema_with(u->base.ctx, schema, true, NULL, err),
                          -1);
        n++;
    }
    out = kc_fields_make(&f, row);
    kc_fields_finish(&f);
    if (out == NULL) {
        free(places);
        return NULL;
    }
    return kc_shapes_add(&u->base.shapes, envelope->id, variant, out, places, n, err);
}

static kc_status emit_row(struct unwrap *u, struct kc_batch *b, struct kc_record *r, int32_t side,
                          uint64_t variant, struct kc_error *err)
{
    const struct kc_schema *row = r->value_schema->fields[side].schema;
    const struct kc_value *image = &r->value.as.items[side];
    const struct kc_shape *shape = kc_shapes_find(&u->base.shapes, r->value_schema->id, variant);
    bool rewrite = u->o.on_delete == KC_DELETE_REWRITE;
    struct kc_value *items;
    uint32_t n = image->len;

    if (kc_require_struct(row, image, "source field insertion", err) < 0)
        return err->status;
    if (shape == NULL && (shape = row_shape(u, r->value_schema, row, variant, err)) == NULL)
        return err->status;
    items = kc_smt_take(b, shape->out->n_fields * sizeof(*items), err);
    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < n;
         i++) /* only the rewriting puts defaults in the place of nulls, as in Debezium */
        items[i] = kc_or_default(row->fields[i].schema, image->as.items[i], rewrite && u->o.replace_null);
    if (rewrite)
        items[n++] = variant == ROW_BEFORE ? kc_string("true", 4) : kc_string("false", 5);
    for (uint32_t i = 0; i < shape->n; i++)
        items[n++] = kc_reference_value(&r->value, &shape->from[KC_PLACE_WORDS * i]);
    r->value = kc_struct_value(items, n);
    r->value_schema = shape->out;
    return KC_OK;
}

static bool is_blank(struct kc_str s)
{
    for (uint32_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t')
            return false;
    return true;
}

/* route.by.field: the topic is named by a text column of the row. */
static kc_status route(struct unwrap *u, struct kc_record *r, int32_t side, struct kc_error *err)
{
    const struct kc_schema *row = r->value_schema->fields[side].schema;
    const struct kc_value *image = &r->value.as.items[side], *v;
    const struct kc_topic *topic;
    int32_t i;

    if (u->o.route_by.len == 0)
        return KC_OK;
    if (kc_require_struct(row, image, "topic routing", err) < 0)
        return err->status;
    i = kc_field_index(row, u->o.route_by);
    if (i < 0)
        return kc_fail(err, KC_ERR_RECORD, "%s is not a valid field name (route.by.field)",
                       u->o.route_by.ptr);
    if (row->fields[i].schema->type != KC_STRING)
        return kc_fail(err, KC_ERR_RECORD, "Field '%s' is not of type STRING (route.by.field)",
                       u->o.route_by.ptr);
    v = &image->as.items[i];
    if (v->type != KC_STRING || is_blank(kc_value_text(v)))
        return KC_OK;
    topic = kc_smt_topic(&u->base, r, kc_value_text(v), err);
    if (topic == NULL)
        return err->status;
    r->topic = topic;
    return KC_OK;
}

static kc_status drop_fields(struct unwrap *u, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    const struct kc_value *names = NULL;

    for (uint32_t i = 0; i < r->n_headers && names == NULL && u->o.drop_header.len > 0; i++)
        if (kc_same_text(r->headers[i].key, u->o.drop_header))
            names = &r->headers[i].value;
    if (names == NULL || names->type == KC_NULL)
        return KC_OK;
    if (names->type != KC_ARRAY)
        return kc_fail(err, KC_ERR_RECORD,
                       "the header %s (drop.fields.header.name) must be an array of names, not %s",
                       u->o.drop_header.ptr, kc_type_name(names->type));
    if (u->o.drop_from_key && kc_unwrap_drop(&u->base, b, names, u->o.drop_compatible,
                                             (struct kc_view){&r->key_schema, &r->key}, err) < 0)
        return err->status;
    return kc_unwrap_drop(&u->base, b, names, u->o.drop_compatible,
                          (struct kc_view){&r->value_schema, &r->value}, err);
}

static kc_status deleted(struct unwrap *u, struct kc_batch *b, struct kc_record *r, int32_t before,
                         const struct kc_schema *after_schema, struct kc_error *err)
{
    if (u->o.on_delete == KC_DELETE_DROP) {
        r->flags |= KC_REC_DROPPED;
        return KC_OK;
    }
    if (route(u, r, before, err) < 0)
        return err->status;
    if (u->o.on_delete == KC_DELETE_REWRITE)
        return emit_row(u, b, r, before, ROW_BEFORE, err);
    r->value = (struct kc_value){0};
    r->value_schema = u->o.on_delete == KC_DELETE_TO_TOMBSTONE ? NULL : after_schema;
    return KC_OK;
}

/* Works on a copy of the record, as a failure must leave it whole. */
static kc_status unwrap_envelope(struct unwrap *u, struct kc_batch *b, struct kc_record *r,
                                 struct kc_error *err)
{
    const struct kc_schema *envelope = r->value_schema;
    int32_t before = kc_field_index(envelope, kc_str("before")),
            after = kc_field_index(envelope, kc_str("after"));
    bool has_before, has_after;
    kc_status status;

    if (before < 0 || after < 0)
        return kc_fail(err, KC_ERR_RECORD, "Unknown field: %s (in %.*s)", after < 0 ? "after" : "before",
                       (int)envelope->name.len, envelope->name.ptr);
    if (kc_require_struct(envelope, &r->value, "unwrapping", err) < 0)
        return err->status;
    if (u->o.headers.n > 0 && add_headers(u, b, r, err) < 0)
        return err->status;
    has_before = r->value.as.items[before].type != KC_NULL;
    has_after = r->value.as.items[after].type != KC_NULL;
    if (!has_before && !has_after) { /* the table was truncated */
        if (!u->o.keep_truncate)
            r->flags |= KC_REC_DROPPED;
        return KC_OK;
    }
    if (!has_after) {
        status = deleted(u, b, r, before, envelope->fields[after].schema, err);
    } else {
        if (route(u, r, after, err) < 0)
            return err->status;
        status = emit_row(u, b, r, after, ROW_AFTER, err);
    }
    return status < 0 || (r->flags & KC_REC_DROPPED) != 0 ? status : drop_fields(u, b, r, err);
}

static kc_status unwrap(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct unwrap *u = (struct unwrap *)s;
    struct kc_record copy = *r;
    kc_status status;

    if (r->value.type == KC_NULL)
        return tombstone(u, b, r, err);
    if (!is_envelope(r->value_schema))
        return KC_OK;
    status = unwrap_envelope(u, b, &copy, err);
    if (status >= 0)
        *r = copy;
    return status;
}

static void close_unwrap(struct kc_smt *s)
{
    kc_host->schema_unref(((struct unwrap *)s)->o.text);
}

static const struct kc_smt_type type = {"ExtractNewRecordState", sizeof(struct unwrap), open_unwrap, unwrap,
                                        close_unwrap};

KC_SMT_COMPONENT(kc_smt_extract_new_record_state, "ExtractNewRecordState", "io.debezium.transforms.",
                 "Takes the row after the change out of Debezium's envelope", type, KC_SIDE_VALUE,
                 &kc_unwrap_def);
