#include "table_from_map.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "charset.h"
#include "column.h"
#include "packed_integer.h"
#include "table_index.h"
#include "wire_type.h"

enum { TYPE_BYTES = 64, LABELS_TIMES = 6 /* a byte of a label takes at most so many in its type's text */ };

/* Sizes of TEXT and BLOB by the bytes of their length. */
static const char *const texts[] = {"tinytext", "text", "mediumtext", "longtext"};
static const char *const blobs[] = {"tinyblob", "blob", "mediumblob", "longblob"};

static const char *number_type(uint8_t type)
{
    switch (type) {
    case KC_WIRE_TINY: return "tinyint";
    case KC_WIRE_SHORT: return "smallint";
    case KC_WIRE_INT24: return "mediumint";
    case KC_WIRE_LONG: return "int";
    case KC_WIRE_LONGLONG: return "bigint";
    case KC_WIRE_FLOAT: return "float";
    case KC_WIRE_DOUBLE: return "double";
    default: return NULL;
    }
}

/* Types that may have digits of a fraction in their metadata. */
static const char *time_type(uint8_t type)
{
    switch (type) {
    case KC_WIRE_DATE: return "date";
    case KC_WIRE_YEAR: return "year";
    case KC_WIRE_TIME: return "time";
    case KC_WIRE_DATETIME: return "datetime";
    case KC_WIRE_TIMESTAMP: return "timestamp";
    default: return NULL;
    }
}

/* The text of a type without labels; false: the event does not say enough. */
static bool print_type(const struct kc_map_column *w, bool binary, uint32_t max_bytes, char out[TYPE_BYTES])
{
    const char *sign = w->has_sign && w->is_unsigned ? " unsigned" : "";
    bool sized = w->length_bytes >= 1 && w->length_bytes <= 4;

    if (number_type(w->type) != NULL)
        (void)snprintf(out, TYPE_BYTES, "%s%s", number_type(w->type), sign);
    else if (w->type == KC_WIRE_DECIMAL)
        (void)snprintf(out, TYPE_BYTES, "decimal(%u,%u)%s", w->meta >> 8, w->meta & 0xff, sign);
    else if (time_type(w->type) != NULL && w->meta == 0)
        (void)snprintf(out, TYPE_BYTES, "%s", time_type(w->type));
    else if (time_type(w->type) != NULL)
        (void)snprintf(out, TYPE_BYTES, "%s(%u)", time_type(w->type), w->meta);
    else if (w->type == KC_WIRE_BIT)
        (void)snprintf(out, TYPE_BYTES, "bit(%u)", w->meta);
    else if (w->type == KC_WIRE_JSON)
        (void)snprintf(out, TYPE_BYTES, "json");
    else if (w->type == KC_WIRE_BLOB && w->collation != 0 && sized)
        (void)snprintf(out, TYPE_BYTES, "%s",
                       binary ? blobs[w->length_bytes - 1] : texts[w->length_bytes - 1]);
    else if (w->type == KC_WIRE_VARCHAR && w->collation != 0)
        (void)snprintf(out, TYPE_BYTES, "%s(%u)", binary ? "varbinary" : "varchar", w->meta / max_bytes);
    else if (w->type == KC_WIRE_STRING && w->collation != 0)
        (void)snprintf(out, TYPE_BYTES, "%s(%u)", binary ? "binary" : "char", w->meta / max_bytes);
    else
        return false;
    return true;
}

/* "enum('a','b''c')"; the labels come in the column's character set. NULL: out of memory. */
static char *print_labels(const struct kc_map_column *w, struct kc_arena *arena)
{
    const uint8_t *p = (const uint8_t *)w->labels.ptr, *end = p + w->labels.len;
    char *text = malloc((size_t)w->labels.len * LABELS_TIMES + (size_t)w->n_labels * 3 + sizeof("enum()")),
         *to;

    if (text == NULL)
        return NULL;
    to = text + sprintf(text, "%s(", w->type == KC_WIRE_ENUM ? "enum" : "set");
    for (uint32_t i = 0; i < w->n_labels; i++) {
        struct kc_value label;
        const char *bytes;
        uint32_t len;

        if (!kc_packed_read_text(&p, end, &bytes, &len) ||
            !kc_charset_to_utf8(kc_charset_by_collation(w->collation), (const uint8_t *)bytes, len, arena,
                                &label)) {
            free(text);
            return NULL;
        }
        to += sprintf(to, "%s'", i > 0 ? "," : "");
        for (uint32_t k = 0; k < label.len; k++) {
            if (label.as.str[k] == '\'' || label.as.str[k] == '\\')
                *to++ = label.as.str[k];
            *to++ = label.as.str[k];
        }
        *to++ = '\'';
    }
    (void)strcpy(to, ")");
    return text;
}

static bool set_texts(struct kc_column *c, const char *type, const char *charset)
{
    size_t base = strcspn(type, "( ");

    c->type_text = strdup(type);
    c->data_type = strndup(type, base);
    c->charset = charset != NULL ? strdup(charset) : NULL;
    return c->type_text != NULL && c->data_type != NULL && (charset == NULL || c->charset != NULL);
}

/* A column out of what the event says of it. */
static kc_status make_column(const struct kc_map_column *w, struct kc_arena *arena, struct kc_column *c,
                             struct kc_error *err)
{
    bool labels = w->type == KC_WIRE_ENUM || w->type == KC_WIRE_SET, made;
    uint32_t max_bytes = 1;
    const char *charset = w->collation != 0 ? kc_charset_name_by_collation(w->collation, &max_bytes) : NULL;
    bool binary = charset != NULL && strcmp(charset, "binary") == 0;
    char type[TYPE_BYTES], *text;

    c->name = strndup(w->name.ptr, w->name.len);
    c->nullable = w->nullable;
    c->key_position = (int32_t)w->key_place - 1;
    if (w->collation != 0 && charset == NULL)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "column %.*s has a character set without a name",
                       (int)w->name.len, w->name.ptr);
    if (labels && w->n_labels > 0 && charset != NULL) {
        text = print_labels(w, arena);
        made = text != NULL && set_texts(c, text, charset);
        free(text);
    } else if (!labels && print_type(w, binary, max_bytes, type)) {
        made = set_texts(c, type, binary ? NULL : charset);
    } else {
        return kc_fail(err, KC_ERR_UNSUPPORTED, "of column %.*s only type number %u is known",
                       (int)w->name.len, w->name.ptr, w->type);
    }
    return made && c->name != NULL ? kc_column_classify(c, err)
                                   : kc_fail(err, KC_ERR_NOMEM, "out of memory for a table's definition");
}

static bool same_labels(const struct kc_column *a, const struct kc_column *b)
{
    if (a->n_labels != b->n_labels)
        return false;
    for (uint32_t i = 0; i < a->n_labels; i++)
        if (strcmp(a->labels[i], b->labels[i]) != 0)
            return false;
    return true;
}

/* MariaDB's JSON is a LONGTEXT whose nature only the server tells. */
static bool same_type(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || (strcmp(a, "longtext") == 0 && strcmp(b, "json") == 0);
}

/* True when both are the same column, though the texts of their types may differ: "int" and "int(11)". */
static bool same_column(const struct kc_column *a, const struct kc_column *b)
{
    return strcmp(a->name, b->name) == 0 && same_type(a->data_type, b->data_type) && a->family == b->family &&
           a->wire_type == b->wire_type && a->text_charset == b->text_charset &&
           a->is_unsigned == b->is_unsigned && a->bytes == b->bytes && a->fsp == b->fsp &&
           a->precision == b->precision && a->scale == b->scale &&
           (a->length == b->length || a->family == KC_FAMILY_YEAR) && same_labels(a, b);
}

static const struct kc_column *find(const struct kc_table *t, const char *name)
{
    for (uint32_t i = 0; t != NULL && i < t->n_columns; i++)
        if (strcmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    return NULL;
}

/* The exact text of the type, from another version that has the same column. */
static kc_status borrow_text(struct kc_column *c, const struct kc_table *const *known, uint32_t n,
                             struct kc_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct kc_column *other = find(known[i], c->name);

        if (other == NULL || !same_column(c, other))
            continue;
        return kc_table_set_texts(&c->type_text, other->type_text, &c->data_type, other->data_type, err);
    }
    return KC_OK;
}

static bool has_key(const struct kc_table *t)
{
    for (uint32_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key_position >= 0)
            return true;
    return false;
}

/*
 * Without a primary key the servers log the first unique index without nullable columns as if it were one, in an order of
 * their own: what of the other versions none has, this one has not either.
 */
static bool is_promoted(const struct kc_table *told, const struct kc_table *const *known, uint32_t n)
{
    bool any = told != NULL;

    if (told != NULL && told->primary_key)
        return false;
    for (uint32_t i = 0; i < n && told == NULL; i++) {
        if (known[i] != NULL && known[i]->primary_key)
            return false;
        any = any || known[i] != NULL;
    }
    return any;
}

/* Without a primary key, a unique index may be the key, of which the event is silent: the other versions must agree. */
static kc_status borrow_key(struct kc_table *t, const struct kc_table *const *known, uint32_t n,
                            struct kc_error *err)
{
    const struct kc_table *first = NULL;

    for (uint32_t i = 0; i < t->n_columns; i++)
        t->columns[i].key_position = -1;
    for (uint32_t i = 0; i < n; i++) {
        if (known[i] == NULL)
            continue;
        if (first != NULL && !kc_table_same_key(first, known[i]))
            return kc_fail(err, KC_ERR_UNSUPPORTED,
                           "it has no primary key, and which unique key it had is unknown");
        first = known[i];
    }
    for (uint32_t i = 0; first != NULL && i < first->n_key; i++) {
        const char *name = first->columns[first->key[i]].name;
        const struct kc_column *c = find(t, name);

        if (c == NULL || c->nullable)
            return kc_fail(err, KC_ERR_UNSUPPORTED,
                           "it has no primary key, and column %s of its unique key is not there as it was",
                           name);
        t->columns[c - t->columns].key_position = (int32_t)i;
    }
    return KC_OK;
}

static bool same_names(const struct kc_table *t, const struct kc_table *told)
{
    bool same = t->n_columns == told->n_columns && told->indexes_known;

    for (uint32_t i = 0; same && i < t->n_columns; i++)
        same = strcmp(t->columns[i].name, told->columns[i].name) == 0;
    return same;
}

/* What the event is silent of: indexes, which decide about the key without a primary one, and the default character set. */
static kc_status take_told(struct kc_table *t, const struct kc_table *told, struct kc_error *err)
{
    kc_status status = kc_table_copy_indexes(t, told, err);

    if (status == KC_OK && told->charset != NULL && (t->charset = strdup(told->charset)) == NULL)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory for a table's definition");
    if (status == KC_OK && !t->primary_key)
        kc_table_choose_unique(t);
    return status;
}

kc_status kc_table_from_map(const struct kc_table_map *map, const struct kc_table *told,
                            const struct kc_table *const *known, uint32_t n, struct kc_arena *arena,
                            struct kc_table **table, struct kc_error *err)
{
    kc_status status = KC_OK;
    struct kc_table *t;

    if (!map->has_names)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "the binary log does not say the names of the columns");
    t = kc_table_create(map->database.ptr, map->name.ptr, map->n_columns);
    if (t == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a table's definition");
    for (uint32_t i = 0; i < t->n_columns && status == KC_OK; i++) {
        status = make_column(&map->columns[i], arena, &t->columns[i], err);
        if (status == KC_OK)
            status = borrow_text(&t->columns[i], &told, 1, err);
        if (status == KC_OK)
            status = borrow_text(&t->columns[i], known, n, err);
    }
    t->primary_key = has_key(t) && !is_promoted(told, known, n);
    if (status == KC_OK && told != NULL && same_names(t, told))
        status = take_told(t, told, err);
    else if (status == KC_OK && !t->primary_key)
        status = borrow_key(t, known, n, err);
    if (status == KC_OK)
        status = kc_table_finish(t, err);
    if (status < 0)
        kc_table_destroy(t);
    else
        *table = t;
    return status;
}
