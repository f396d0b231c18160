#include "table_map_read.h"

#include "packed_integer.h"
#include "wire_type.h"

enum { TABLE_ID_BYTES = 6, MAX_COLUMNS = 4096 };

/* A name behind a length byte, with a NUL after it. */
static bool read_name(const uint8_t **p, const uint8_t *end, struct kc_str *name)
{
    const uint8_t *q = *p;
    size_t len;

    if (q >= end)
        return false;
    len = *q++;
    if ((size_t)(end - q) < len + 1 || q[len] != 0)
        return false;
    *name = (struct kc_str){(const char *)q, (uint32_t)len, 0};
    *p = q + len + 1;
    return true;
}

/*
 * Table id (6), flags (2), database, table, number of columns (packed), a type byte each, length of the metadata
 * (packed), metadata, bitmap of nullable columns, optional metadata.
 */
bool kc_table_map_split(const uint8_t *body, size_t len, struct kc_table_map_parts *parts)
{
    const uint8_t *p = body, *end = body + len;
    uint64_t n, metadata;

    if (len < TABLE_ID_BYTES + 2)
        return false;
    parts->table_id = kc_le48(p);
    p += TABLE_ID_BYTES + 2;
    if (!read_name(&p, end, &parts->database) || !read_name(&p, end, &parts->name) ||
        !kc_packed_read(&p, end, &n) || n > MAX_COLUMNS || n > (uint64_t)(end - p))
        return false;
    parts->n_columns = (uint32_t)n;
    parts->types = p;
    p += n;
    if (!kc_packed_read(&p, end, &metadata) || metadata > (uint64_t)(end - p))
        return false;
    parts->metadata = p;
    p += metadata;
    parts->metadata_end = p;
    if ((uint64_t)(end - p) < (n + 7) / 8)
        return false;
    parts->nullable = p;
    parts->optional = p + (n + 7) / 8;
    parts->end = end;
    return true;
}

static unsigned metadata_size(uint8_t type)
{
    switch (type) {
    case KC_WIRE_FLOAT:
    case KC_WIRE_DOUBLE:
    case KC_WIRE_TIMESTAMP:
    case KC_WIRE_DATETIME:
    case KC_WIRE_TIME:
    case KC_WIRE_BLOB:
    case KC_WIRE_JSON:
    case KC_WIRE_GEOMETRY:
    case KC_WIRE_VECTOR:
    case KC_WIRE_BLOB_COMPRESSED: return 1;
    case KC_WIRE_VARCHAR:
    case KC_WIRE_VARCHAR_COMPRESSED:
    case KC_WIRE_VAR_STRING:
    case KC_WIRE_STRING:
    case KC_WIRE_BIT:
    case KC_WIRE_DECIMAL:
    case KC_WIRE_ENUM:
    case KC_WIRE_SET: return 2;
    default: return 0;
    }
}

/*
 * CHAR's two bytes are its type and its length; the length's bits 8 and 9 are stored, inverted, in bits 4 and 5 of the
 * type, which are set in every type that can stand here.
 */
static void read_string_metadata(const uint8_t *p, struct kc_map_column *c)
{
    uint8_t type = p[0] | 0x30;

    c->meta = (uint16_t)(p[1] | ((p[0] & 0x30) ^ 0x30) << 4);
    if (type == KC_WIRE_ENUM || type == KC_WIRE_SET)
        c->type = type;
    else
        c->length_bytes = c->meta > UINT8_MAX ? 2 : 1;
}

static void read_metadata(const uint8_t *p, unsigned size, struct kc_map_column *c)
{
    switch (c->type) {
    case KC_WIRE_STRING: read_string_metadata(p, c); break;
    case KC_WIRE_DECIMAL: c->meta = (uint16_t)(p[0] << 8 | p[1]); break;
    case KC_WIRE_BIT: c->meta = (uint16_t)(p[1] * 8 + p[0]); break;
    case KC_WIRE_VARCHAR:
    case KC_WIRE_VARCHAR_COMPRESSED:
    case KC_WIRE_VAR_STRING:
        c->meta = kc_le16(p);
        c->length_bytes = c->meta > UINT8_MAX ? 2 : 1;
        break;
    default:
        c->meta = (uint16_t)kc_le_n(p, size);
        if (c->type == KC_WIRE_BLOB || c->type == KC_WIRE_BLOB_COMPRESSED || c->type == KC_WIRE_JSON ||
            c->type == KC_WIRE_GEOMETRY)
            c->length_bytes = (uint8_t)c->meta;
        break;
    }
}

static bool has_sign(const struct kc_map_column *c)
{
    switch (c->type) {
    case KC_WIRE_TINY:
    case KC_WIRE_SHORT:
    case KC_WIRE_INT24:
    case KC_WIRE_LONG:
    case KC_WIRE_LONGLONG:
    case KC_WIRE_DECIMAL:
    case KC_WIRE_FLOAT:
    case KC_WIRE_DOUBLE:
    case KC_WIRE_YEAR: return true; /* MySQL and MariaDB count it as an unsigned number */
    default: return false;
    }
}

static bool has_charset(const struct kc_map_column *c)
{
    return c->type == KC_WIRE_STRING || c->type == KC_WIRE_VAR_STRING || c->type == KC_WIRE_VARCHAR ||
           c->type == KC_WIRE_BLOB || kc_wire_is_compressed(c->type);
}

static bool has_labels_charset(const struct kc_map_column *c)
{
    return c->type == KC_WIRE_ENUM || c->type == KC_WIRE_SET;
}

/* One bit for each numeric column, the first in the highest bit. Set: unsigned. */
static bool read_signs(const uint8_t *p, const uint8_t *end, struct kc_map_column *columns, uint32_t n)
{
    size_t bit = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (!has_sign(&columns[i]))
            continue;
        if (bit / 8 >= (size_t)(end - p))
            return false;
        columns[i].has_sign = true;
        columns[i].is_unsigned = (p[bit / 8] & (0x80 >> bit % 8)) != 0;
        bit++;
    }
    return true;
}

/* Text columns have their own list of character sets, columns with labels another one. */
typedef bool (*counts_fn)(const struct kc_map_column *c);

static struct kc_map_column *nth_of(struct kc_map_column *columns, uint32_t n, counts_fn counts,
                                    uint64_t index)
{
    for (uint32_t i = 0; i < n; i++)
        if (counts(&columns[i]) && index-- == 0)
            return &columns[i];
    return NULL;
}

/* One collation for all columns that count, then pairs of (which of them, collation) for the others. */
static bool read_default_charset(const uint8_t *p, const uint8_t *end, struct kc_map_column *columns,
                                 uint32_t n, counts_fn counts)
{
    uint64_t collation, index;

    if (!kc_packed_read(&p, end, &collation))
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (counts(&columns[i]))
            columns[i].collation = (uint16_t)collation;
    while (p < end) {
        struct kc_map_column *c;

        if (!kc_packed_read(&p, end, &index) || !kc_packed_read(&p, end, &collation))
            return false;
        c = nth_of(columns, n, counts, index);
        if (c == NULL)
            return false;
        c->collation = (uint16_t)collation;
    }
    return true;
}

static bool read_charsets(const uint8_t *p, const uint8_t *end, struct kc_map_column *columns, uint32_t n,
                          counts_fn counts)
{
    uint64_t collation;

    for (uint32_t i = 0; i < n; i++) {
        if (!counts(&columns[i]))
            continue;
        if (!kc_packed_read(&p, end, &collation))
            return false;
        columns[i].collation = (uint16_t)collation;
    }
    return true;
}

static bool read_names(const uint8_t *p, const uint8_t *end, struct kc_map_column *columns, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!kc_packed_read_text(&p, end, &columns[i].name.ptr, &columns[i].name.len))
            return false;
    return true;
}

/* For each column of the type, in their order: a number of labels, then the labels. */
static bool read_labels(const uint8_t *p, const uint8_t *end, struct kc_map_column *columns, uint32_t n,
                        uint8_t type)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *from;
        const char *text;
        uint64_t count;
        uint32_t len;

        if (columns[i].type != type)
            continue;
        if (!kc_packed_read(&p, end, &count) || count > (uint64_t)(end - p))
            return false;
        from = p;
        for (uint64_t k = 0; k < count; k++)
            if (!kc_packed_read_text(&p, end, &text, &len))
                return false;
        columns[i].labels = (struct kc_str){(const char *)from, (uint32_t)(p - from), 0};
        columns[i].n_labels = (uint32_t)count;
    }
    return true;
}

/* Indexes of the columns of the primary key, in its order. One with prefixes of columns is another field, passed over. */
static bool read_key(const uint8_t *p, const uint8_t *end, struct kc_map_column *columns, uint32_t n)
{
    uint64_t index;

    for (uint32_t place = 1; p < end; place++) {
        if (!kc_packed_read(&p, end, &index) || index >= n || columns[index].key_place != 0)
            return false;
        columns[index].key_place = place;
    }
    return true;
}

enum optional {
    OPTIONAL_SIGNS = 1,
    OPTIONAL_DEFAULT_CHARSET = 2,
    OPTIONAL_CHARSETS = 3,
    OPTIONAL_NAMES = 4,
    OPTIONAL_SET_LABELS = 5,
    OPTIONAL_ENUM_LABELS = 6,
    OPTIONAL_KEY = 8,
    OPTIONAL_LABELS_DEFAULT_CHARSET = 10,
    OPTIONAL_LABELS_CHARSETS = 11,
};

/* Fields of type (1), length (packed) and value, in the order of their types; unknown ones are passed over. */
static bool read_optional(const struct kc_table_map_parts *parts, struct kc_map_column *columns,
                          bool *has_names)
{
    const uint8_t *p = parts->optional;
    uint32_t n = parts->n_columns;

    while (p < parts->end) {
        uint8_t type = *p++;
        const char *value;
        const uint8_t *from;
        uint32_t len;
        bool good = true;

        if (!kc_packed_read_text(&p, parts->end, &value, &len))
            return false;
        from = (const uint8_t *)value;
        switch (type) {
        case OPTIONAL_SIGNS: good = read_signs(from, p, columns, n); break;
        case OPTIONAL_DEFAULT_CHARSET: good = read_default_charset(from, p, columns, n, has_charset); break;
        case OPTIONAL_CHARSETS: good = read_charsets(from, p, columns, n, has_charset); break;
        case OPTIONAL_LABELS_DEFAULT_CHARSET:
            good = read_default_charset(from, p, columns, n, has_labels_charset);
            break;
        case OPTIONAL_LABELS_CHARSETS: good = read_charsets(from, p, columns, n, has_labels_charset); break;
        case OPTIONAL_SET_LABELS: good = read_labels(from, p, columns, n, KC_WIRE_SET); break;
        case OPTIONAL_ENUM_LABELS: good = read_labels(from, p, columns, n, KC_WIRE_ENUM); break;
        case OPTIONAL_KEY: good = read_key(from, p, columns, n); break;
        case OPTIONAL_NAMES:
            good = read_names(from, p, columns, n);
            *has_names = good;
            break;
        default: break;
        }
        if (!good)
            return false;
    }
    return true;
}

bool kc_table_map_columns(const struct kc_table_map_parts *parts, struct kc_map_column *columns,
                          bool *has_names)
{
    const uint8_t *p = parts->metadata;

    *has_names = false;
    for (uint32_t i = 0; i < parts->n_columns; i++) {
        struct kc_map_column *c = &columns[i];
        unsigned size;

        memset(c, 0, sizeof(*c));
        c->type = parts->types[i];
        c->nullable = (parts->nullable[i / 8] & 1 << i % 8) != 0;
        size = metadata_size(c->type);
        if ((size_t)(parts->metadata_end - p) < size)
            return false;
        if (size != 0)
            read_metadata(p, size, c);
        p += size;
    }
    return read_optional(parts, columns, has_names);
}
