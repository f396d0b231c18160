#include "unwrap_fields.h"

#include "values.h"

static bool is_one_of(struct kc_str s, const char *const *words)
{
    for (; *words != NULL; words++)
        if (kc_same_text(s, kc_str(*words)))
            return true;
    return false;
}

static struct kc_str default_parent(struct kc_str field)
{
    static const char *const of_transaction[] = {"id", "data_collection_order", "total_order", NULL};
    static const char *const of_envelope[] = {"op", "ts_ms", "ts_us", "ts_ns", NULL};

    if (is_one_of(field, of_transaction))
        return kc_str("transaction");
    return is_one_of(field, of_envelope) ? (struct kc_str){0} : kc_str("source");
}

static struct kc_str part(const char *start, const char *end)
{
    return (struct kc_str){start, (uint32_t)(end - start), 0};
}

static kc_status make_name(struct kc_smt *s, struct kc_reference *ref, struct kc_str prefix, bool has_parent,
                           struct kc_str renamed, struct kc_error *err)
{
    char *name =
        kc_smt_alloc(s, (size_t)prefix.len + ref->parent.len + ref->field.len + renamed.len + 2, err);

    if (name == NULL)
        return KC_ERR_NOMEM;
    if (renamed.len > 0)
        (void)sprintf(name, "%.*s%.*s", (int)prefix.len, prefix.ptr, (int)renamed.len, renamed.ptr);
    else if (has_parent)
        (void)sprintf(name, "%.*s%.*s_%.*s", (int)prefix.len, prefix.ptr, (int)ref->parent.len,
                      ref->parent.ptr, (int)ref->field.len, ref->field.ptr);
    else
        (void)sprintf(name, "%.*s%.*s", (int)prefix.len, prefix.ptr, (int)ref->field.len, ref->field.ptr);
    ref->name = kc_str(name);
    return KC_OK;
}

static kc_status read_one(struct kc_smt *s, const char *key, struct kc_str text, struct kc_str prefix,
                          struct kc_reference *ref, struct kc_error *err)
{
    const char *end = text.ptr + text.len, *colon = memchr(text.ptr, ':', text.len), *dot;
    struct kc_str renamed = {0};

    if (colon != NULL) {
        renamed = part(colon + 1, end);
        end = colon;
    }
    dot = memchr(text.ptr, '.', (size_t)(end - text.ptr));
    ref->field = part(dot == NULL ? text.ptr : dot + 1, end);
    if (ref->field.len == 0 || dot == text.ptr || (colon != NULL && renamed.len == 0) ||
        memchr(ref->field.ptr, '.', ref->field.len) != NULL ||
        (renamed.len > 0 && memchr(renamed.ptr, ':', renamed.len) != NULL))
        return kc_fail(err, KC_ERR_CONFIG,
                       "%s: Unexpected field name: %s (write field, struct.field or field:name)", key,
                       text.ptr);
    ref->parent = dot == NULL ? default_parent(ref->field) : part(text.ptr, dot);
    return make_name(s, ref, prefix, dot != NULL, renamed, err);
}

kc_status kc_references_read(struct kc_smt *s, const struct kc_map *config, const char *key,
                             const char *prefix_key, struct kc_references *out, struct kc_error *err)
{
    struct kc_names names;
    struct kc_str prefix;

    if (kc_setting_list(s, config, key, &names, err) < 0 ||
        kc_setting_text(s, config, prefix_key, &prefix, err) < 0)
        return KC_ERR_NOMEM;
    if (names.n == 0)
        return KC_OK;
    if (prefix.ptr == NULL)
        prefix = kc_str("");
    out->list = kc_smt_alloc(s, names.n * sizeof(*out->list), err);
    if (out->list == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < names.n; i++) {
        kc_status status = read_one(s, key, names.list[i], prefix, &out->list[i], err);

        if (status < 0)
            return status;
    }
    out->n = names.n;
    return KC_OK;
}

const struct kc_schema *kc_reference_place(const struct kc_reference *ref, const struct kc_schema *envelope,
                                           int32_t place[KC_PLACE_WORDS])
{
    int32_t parent = ref->parent.ptr == NULL ? KC_PLACE_ENVELOPE : kc_field_index(envelope, ref->parent);
    const struct kc_schema *in = parent < 0 ? NULL : envelope->fields[parent].schema;

    place[0] = parent;
    place[1] = in == NULL || in->type != KC_STRUCT ? -1 : kc_field_index(in, ref->field);
    if (place[1] >= 0)
        return in->fields[place[1]].schema;
    /* Other transforms may have put it into the envelope itself. */
    place[1] = kc_field_index(envelope, ref->field);
    place[0] = place[1] < 0 ? KC_PLACE_NONE : KC_PLACE_ENVELOPE;
    return place[1] < 0 ? NULL : envelope->fields[place[1]].schema;
}

struct kc_value kc_reference_value(const struct kc_value *envelope, const int32_t place[KC_PLACE_WORDS])
{
    const struct kc_value *parent = place[0] == KC_PLACE_ENVELOPE ? envelope : &envelope->as.items[place[0]];

    /* A parent with fewer values than its schema is none that a schema describes: nothing is read from it. */
    return parent->type == KC_STRUCT && (uint32_t)place[1] < parent->len ? parent->as.items[place[1]]
                                                                         : (struct kc_value){0};
}
