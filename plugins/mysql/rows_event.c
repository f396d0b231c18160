#include "rows_event.h"

#include "binding.h"
#include "packed_integer.h"
#include "zero_date.h"

#include <kconnect/sdk.h>

/* Table id (6), flags (2); version 2: length of extra data (2, itself included) and that. */
enum { FIXED_BYTES = 8, EXTRA_LENGTH_BYTES = 2 };

kc_status kc_rows_table_id(const struct kc_event *event, uint64_t *table_id, struct kc_error *err)
{
    if (event->body_len < FIXED_BYTES)
        return kc_fail(err, KC_ERR_FATAL, "a rows event of the binlog is cut short");
    *table_id = kc_le48(event->body);
    return KC_OK;
}

bool kc_rows_ends_statement(const struct kc_event *event)
{
    return event->body_len >= FIXED_BYTES && (kc_le16(event->body + 6) & KC_ROWS_STATEMENT_END) != 0;
}

static bool is_version_2(uint8_t type)
{
    return type == KC_EVENT_WRITE_ROWS || type == KC_EVENT_UPDATE_ROWS || type == KC_EVENT_DELETE_ROWS;
}

static enum kc_rows_kind kind_of(uint8_t type)
{
    switch (type) {
    case KC_EVENT_WRITE_ROWS:
    case KC_EVENT_WRITE_ROWS_V1: return KC_ROWS_INSERT;
    case KC_EVENT_UPDATE_ROWS:
    case KC_EVENT_UPDATE_ROWS_V1: return KC_ROWS_UPDATE;
    default: return KC_ROWS_DELETE;
    }
}

/* True when the first n bits of the bitmap are set. */
static bool all_set(const uint8_t *bitmap, uint32_t n)
{
    for (uint32_t i = 0; i < n / 8; i++)
        if (bitmap[i] != 0xff)
            return false;
    return n % 8 == 0 || (bitmap[n / 8] & ((1u << n % 8) - 1)) == (1u << n % 8) - 1;
}

static kc_status cut_short(const struct kc_table_map *map, struct kc_error *err)
{
    return kc_fail(err, KC_ERR_FATAL, "a rows event of table %s.%s is cut short", map->database.ptr,
                   map->name.ptr);
}

/* Copies what is not read yet into the arena. */
static kc_status pin(struct kc_rows *rows, size_t len, struct kc_error *err)
{
    uint8_t *copy = kc_arena_alloc(rows->arena, len + 1); /* + 1: never of size 0 */

    if (copy == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a rows event of %zu bytes", len);
    memcpy(copy, rows->original, len);
    rows->next = copy;
    rows->end = copy + len;
    return KC_OK;
}

/* Moves *p over the head of the event to its first row. */
static kc_status read_head(const struct kc_event *event, const struct kc_table_map *map, const uint8_t **p,
                           struct kc_error *err)
{
    const uint8_t *q = event->body + FIXED_BYTES, *end = event->body + event->body_len;
    size_t bitmap = (map->n_columns + 7) / 8, bitmaps;
    uint64_t columns;

    if (event->header.type == KC_EVENT_PARTIAL_UPDATE_ROWS)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "a change of table %s.%s was logged with pieces of JSON documents (PARTIAL_JSON), which cannot "
            "be "
            "followed: SET GLOBAL binlog_row_value_options = '', and no session may set it to anything else; "
            "then delete the connector's offsets so that it takes a new snapshot",
            map->database.ptr, map->name.ptr);
    if (is_version_2(event->header.type)) {
        if (end - q < EXTRA_LENGTH_BYTES || kc_le16(q) < EXTRA_LENGTH_BYTES || end - q < kc_le16(q))
            return cut_short(map, err);
        q += kc_le16(q);
    }
    if (!kc_packed_read(&q, end, &columns))
        return cut_short(map, err);
    if (columns != map->n_columns)
        return kc_fail(err, KC_ERR_FATAL,
                       "a rows event of table %s.%s has %llu columns, its TABLE_MAP event has %u",
                       map->database.ptr, map->name.ptr, (unsigned long long)columns, map->n_columns);
    bitmaps = kind_of(event->header.type) == KC_ROWS_UPDATE ? 2 * bitmap : bitmap;
    if ((size_t)(end - q) < bitmaps)
        return cut_short(map, err);
    if (!all_set(q, map->n_columns) || !all_set(q + bitmaps - bitmap, map->n_columns))
        return kc_fail(
            err, KC_ERR_CONFIG,
            "a change of table %s.%s was logged without all its columns: SET GLOBAL binlog_row_image = FULL, "
            "and no session may set it to anything else; then delete the connector's offsets so that it "
            "takes "
            "a new snapshot",
            map->database.ptr, map->name.ptr);
    *p = q + bitmaps;
    return KC_OK;
}

kc_status kc_rows_open(struct kc_rows *rows, const struct kc_event *event, const struct kc_table_map *map,
                       struct kc_arena *arena, struct kc_error *err)
{
    const uint8_t *first = event->body;
    kc_status status;

    if (map->binding == NULL)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "table %s.%s has no definition to read its rows with",
                       map->database.ptr, map->name.ptr);
    if (event->body_len < FIXED_BYTES)
        return cut_short(map, err);
    status = read_head(event, map, &first, err);
    if (status < 0)
        return status;
    rows->kind = kind_of(event->header.type);
    rows->flags = kc_le16(event->body + 6);
    rows->row = 0;
    rows->map = map;
    rows->arena = arena;
    rows->original = first;
    return pin(rows, (size_t)(event->body + event->body_len - first), err);
}

kc_status kc_rows_resume(struct kc_rows *rows, struct kc_arena *arena, struct kc_error *err)
{
    rows->arena = arena;
    return pin(rows, (size_t)(rows->end - rows->next), err);
}

static kc_status bad_value(const struct kc_rows *rows, const struct kc_column *column, struct kc_error *err)
{
    return kc_fail(
        err, KC_ERR_FATAL,
        "row %u of a rows event of table %s.%s is damaged at column %s, or its table was another one then",
        rows->row, rows->map->database.ptr, rows->map->name.ptr, column->name);
}

/* One row image: a bitmap of NULL columns, then the values of the others. */
static kc_status read_image(struct kc_rows *rows, const uint8_t **at, struct kc_value *values,
                            struct kc_error *err)
{
    const struct kc_binding *binding = rows->map->binding;
    const uint8_t *nulls = *at, *end = rows->end, *p;
    size_t bitmap = (binding->n_columns + 7) / 8;

    if ((size_t)(end - nulls) < bitmap)
        return cut_short(rows->map, err);
    p = nulls + bitmap;
    for (uint32_t i = 0; i < binding->n_columns; i++) {
        const struct kc_bound_column *c = &binding->columns[i];

        values[i] = (struct kc_value){0}; /* KC_NULL */
        if ((nulls[i / 8] & 1 << i % 8) != 0)
            continue;
        p = c->decode(c->column, c->wire, p, end, rows->arena, &values[i]);
        if (p == NULL && values[i].type == KC_ZERO_DATE_REFUSED)
            return kc_zero_date_refused(c->column, err);
        if (p == NULL)
            return bad_value(rows, c->column, err);
    }
    *at = p;
    return KC_OK;
}

kc_status kc_rows_next(struct kc_rows *rows, struct kc_value *before, struct kc_value *after,
                       struct kc_error *err)
{
    const uint8_t *p = rows->next;
    kc_status status = KC_OK;

    if (p == rows->end)
        return KC_NOTHING;
    if (rows->kind != KC_ROWS_INSERT)
        status = read_image(rows, &p, before, err);
    if (status == KC_OK && rows->kind != KC_ROWS_DELETE)
        status = read_image(rows, &p, after, err);
    if (status < 0)
        return status;
    if (p == rows->next) /* a table without columns does not exist; never loop on it */
        return cut_short(rows->map, err);
    rows->original += p - rows->next;
    rows->next = p;
    rows->row++;
    return KC_OK;
}

kc_status kc_rows_skip(struct kc_rows *rows, uint32_t n, uint32_t *skipped, struct kc_error *err)
{
    uint32_t columns = rows->map->n_columns;
    struct kc_value *values = kc_arena_alloc(rows->arena, (uint64_t)columns * 2 * sizeof(*values));
    kc_status status;

    if (values == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for rows to pass over");
    for (*skipped = 0; *skipped < n; (*skipped)++) {
        status = kc_rows_next(rows, values, values + columns, err);
        if (status != KC_OK)
            return status == KC_NOTHING ? KC_OK : status;
    }
    return KC_OK;
}
