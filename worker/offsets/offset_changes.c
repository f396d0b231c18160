#include "offsets/offset_changes.h"

#include <stdlib.h>
#include <string.h>

static const char nothing_given[] = "Partitions / offsets need to be provided for an alter offsets request";

void kc_offset_changes_finish(struct kc_offset_changes *c)
{
    for (size_t i = 0; i < c->n; i++) {
        kc_flat_destroy(c->items[i].partition);
        kc_flat_destroy(c->items[i].offset);
    }
    free(c->items);
    *c = (struct kc_offset_changes){0};
}

static kc_status malformed(const struct kc_offset_changes *c, const char *what, struct kc_error *err)
{
    return kc_fail(err, KC_ERR_CONFIG, "The element %zu of offsets is refused: %s.", c->n, what);
}

static bool is(const struct kc_buf *name, const char *word)
{
    return name->len == strlen(word) && memcmp(name->data, word, name->len) == 0;
}

/* Consumes the word null, if it is next. */
static bool try_null(struct kc_json_pull *p)
{
    struct kc_json_pull ahead = *p;
    struct kc_json_scalar scalar;
    struct kc_buf text = {0};
    bool null = kc_json_pull_scalar(&ahead, &text, &scalar) && scalar.kind == KC_JSON_NULL;

    kc_buf_finish(&text);
    if (null)
        *p = ahead;
    return null;
}

static bool has_duplicate(const struct kc_map *m)
{
    for (uint32_t i = 0; i < m->len; i++)
        for (uint32_t j = i + 1; j < m->len; j++)
            if (m->kvs[i].key.len == m->kvs[j].key.len &&
                memcmp(m->kvs[i].key.ptr, m->kvs[j].key.ptr, m->kvs[i].key.len) == 0)
                return true;
    return false;
}

/* A flat object for *slot; null leaves it NULL. */
static kc_status read_map(struct kc_json_pull *p, const struct kc_offset_changes *c, struct kc_flat **slot,
                          struct kc_error *err)
{
    kc_flat_destroy(*slot);
    *slot = NULL;
    if (try_null(p))
        return KC_OK;
    *slot = kc_flat_parse(p);
    if (*slot == NULL)
        return malformed(c,
                         "partition and offset must be objects of texts, numbers and booleans, with nothing "
                         "nested in them",
                         err);
    return has_duplicate(&(*slot)->map) ? malformed(c, "a member stands twice in one object", err) : KC_OK;
}

static size_t printed_bytes(const struct kc_flat *f)
{
    struct kc_buf text = {0};
    size_t n;

    if (f != NULL)
        kc_flat_json(&f->map, &text);
    n = text.failed ? SIZE_MAX / 4 : text.len;
    kc_buf_finish(&text);
    return n;
}

static kc_status check_item(const struct kc_offset_changes *c, const struct kc_offset_change_item *item,
                            bool has_offset, struct kc_error *err)
{
    if (item->partition == NULL || item->partition->map.len == 0)
        return malformed(c, "it needs a partition, an object such as those that GET answers", err);
    if (!has_offset)
        return malformed(c, "it needs an offset, an object, or null to remove the partition", err);
    if (item->offset != NULL && item->offset->map.len == 0)
        return malformed(c, "its offset is empty; null removes the partition", err);
    if (printed_bytes(item->partition) + printed_bytes(item->offset) > KC_POSITION_MAX_BYTES)
        return malformed(c, "partition and offset have more than 900 KiB together", err);
    return KC_OK;
}

static kc_status read_members(struct kc_json_pull *p, const struct kc_offset_changes *c,
                              struct kc_offset_change_item *item, bool *has_offset, struct kc_error *err)
{
    struct kc_buf name = {0};
    kc_status status = KC_OK;
    bool first = true;

    while (status == KC_OK && kc_json_pull_member(p, &first, &name)) {
        if (is(&name, "partition")) {
            status = read_map(p, c, &item->partition, err);
        } else if (is(&name, "offset")) {
            status = read_map(p, c, &item->offset, err);
            *has_offset = true;
        } else {
            status = malformed(c, "it may have the members partition and offset only", err);
        }
    }
    kc_buf_finish(&name);
    if (status == KC_OK && p->failed)
        status = malformed(c, "it is not well-formed JSON", err);
    return status;
}

static kc_status read_item(struct kc_json_pull *p, struct kc_offset_changes *c, struct kc_error *err)
{
    struct kc_offset_change_item item = {NULL, NULL}, *grown;
    bool has_offset = false;
    kc_status status;

    if (c->n == KC_OFFSET_CHANGES_MAX)
        return kc_fail(err, KC_ERR_CONFIG, "A request can change at most %d offsets.", KC_OFFSET_CHANGES_MAX);
    if (!kc_json_pull_try(p, '{'))
        return malformed(c, "it is no object with the members partition and offset", err);
    status = read_members(p, c, &item, &has_offset, err);
    if (status == KC_OK)
        status = check_item(c, &item, has_offset, err);
    grown = status == KC_OK ? reallocarray(c->items, c->n + 1, sizeof(*grown)) : NULL;
    if (grown != NULL) {
        c->items = grown;
        c->items[c->n++] = item;
        return KC_OK;
    }
    kc_flat_destroy(item.partition);
    kc_flat_destroy(item.offset);
    return status < 0 ? status : kc_fail(err, KC_ERR_NOMEM, "out of memory");
}

static kc_status read_list(struct kc_json_pull *p, struct kc_offset_changes *c, struct kc_error *err)
{
    kc_status status;

    kc_offset_changes_finish(c); /* of two members with this name the last counts */
    if (try_null(p))
        return KC_OK;
    if (!kc_json_pull_try(p, '['))
        return kc_fail(err, KC_ERR_CONFIG,
                       "The member offsets must be a list of objects with partition and offset.");
    if (kc_json_pull_try(p, ']'))
        return KC_OK;
    do {
        status = read_item(p, c, err);
        if (status < 0)
            return status;
    } while (kc_json_pull_try(p, ','));
    return kc_json_pull_try(p, ']')
               ? KC_OK
               : kc_fail(err, KC_ERR_CONFIG, "The list offsets is not well-formed JSON.");
}

static kc_status read_body(struct kc_json_pull *p, struct kc_offset_changes *c, struct kc_error *err)
{
    struct kc_buf name = {0};
    kc_status status = KC_OK;
    bool first = true;

    if (!kc_json_pull_try(p, '{'))
        return kc_fail(err, KC_ERR_CONFIG,
                       "The body is no JSON object; expected is one with the member offsets.");
    while (status == KC_OK && kc_json_pull_member(p, &first, &name)) {
        if (is(&name, "offsets"))
            status = read_list(p, c, err);
        else
            status = kc_fail(err, KC_ERR_CONFIG,
                             "The body has a member that is not known; it may have the member offsets only.");
    }
    kc_buf_finish(&name);
    if (status == KC_OK && !kc_json_pull_done(p))
        status = kc_fail(err, KC_ERR_CONFIG, "The body is not well-formed JSON.");
    return status;
}

kc_status kc_offset_changes_read(const char *text, size_t len, struct kc_offset_changes *out,
                                 struct kc_error *err)
{
    struct kc_json_pull p = {.at = text, .end = text + len};
    kc_status status;

    *out = (struct kc_offset_changes){0};
    if (len == 0)
        return kc_fail(err, KC_ERR_CONFIG, "%s", nothing_given);
    status = read_body(&p, out, err);
    if (status == KC_OK && out->n == 0)
        status = kc_fail(err, KC_ERR_CONFIG, "%s", nothing_given);
    if (status < 0)
        kc_offset_changes_finish(out);
    return status;
}
