#include "json_binary.h"

#include "json_text.h"
#include "le.h"

#include <kconnect/sdk.h>

enum type {
    TYPE_SMALL_OBJECT = 0,
    TYPE_LARGE_OBJECT = 1,
    TYPE_SMALL_ARRAY = 2,
    TYPE_LARGE_ARRAY = 3,
    TYPE_LITERAL = 4,
    TYPE_INT16 = 5,
    TYPE_UINT16 = 6,
    TYPE_INT32 = 7,
    TYPE_UINT32 = 8,
    TYPE_INT64 = 9,
    TYPE_UINT64 = 10,
    TYPE_DOUBLE = 11,
    TYPE_STRING = 12,
    TYPE_OPAQUE = 15
};

/*
 * The server's limit of nesting; and how much text a document of so many bytes can be: at most six characters a byte
 * (control characters), plus what a lone scalar needs. Offsets of a damaged document could lead to the same part again
 * and again, so text and work are bounded by it.
 */
enum { DEPTH_LIMIT = 100, GROWTH_LIMIT = 6, TEXT_FLOOR = 64 };

struct printer {
    struct kc_json_text text;
    size_t limit;
};

static bool print_value(struct printer *w, uint8_t type, const uint8_t *p, size_t n, unsigned depth);

/* Seven bits a byte, the lowest first, the highest bit: more follows. */
static bool read_length(const uint8_t **p, size_t *n, size_t *len)
{
    enum { MAX_BYTES = 5 };
    uint64_t v = 0;

    for (unsigned i = 0; i < MAX_BYTES && i < *n; i++) {
        v |= (uint64_t)((*p)[i] & 0x7f) << (7 * i);
        if (((*p)[i] & 0x80) != 0)
            continue;
        *p += i + 1;
        *n -= i + 1;
        *len = (size_t)v;
        return v <= *n;
    }
    return false;
}

static bool print_literal(struct printer *w, uint8_t literal)
{
    switch (literal) {
    case 0: kc_json_put(&w->text, "null", 4); return true;
    case 1: kc_json_put(&w->text, "true", 4); return true;
    case 2: kc_json_put(&w->text, "false", 5); return true;
    default: return false;
    }
}

static bool print_double(struct printer *w, const uint8_t *p)
{
    double v;

    memcpy(&v, p, sizeof(v));
    return kc_json_put_double(&w->text, v);
}

static bool print_bytes(struct printer *w, uint8_t type, const uint8_t *p, size_t n)
{
    uint8_t wire_type = 0;
    size_t len;

    if (type == TYPE_OPAQUE) {
        if (n == 0)
            return false;
        wire_type = *p++;
        n--;
    }
    if (!read_length(&p, &n, &len))
        return false;
    if (type == TYPE_OPAQUE)
        return kc_json_put_opaque(&w->text, wire_type, p, len);
    kc_json_put_quoted(&w->text, (const char *)p, len);
    return true;
}

static size_t number_size(uint8_t type)
{
    switch (type) {
    case TYPE_LITERAL: return 1;
    case TYPE_INT16:
    case TYPE_UINT16: return 2;
    case TYPE_INT32:
    case TYPE_UINT32: return 4;
    case TYPE_INT64:
    case TYPE_UINT64:
    case TYPE_DOUBLE: return 8;
    default: return 0;
    }
}

static bool print_scalar(struct printer *w, uint8_t type, const uint8_t *p, size_t n)
{
    if (n < number_size(type))
        return false;
    switch (type) {
    case TYPE_LITERAL: return print_literal(w, p[0]);
    case TYPE_INT16: kc_json_put_i64(&w->text, (int16_t)kc_le16(p)); return true;
    case TYPE_UINT16: kc_json_put_u64(&w->text, kc_le16(p)); return true;
    case TYPE_INT32: kc_json_put_i64(&w->text, (int32_t)kc_le32(p)); return true;
    case TYPE_UINT32: kc_json_put_u64(&w->text, kc_le32(p)); return true;
    case TYPE_INT64: kc_json_put_i64(&w->text, (int64_t)kc_le64(p)); return true;
    case TYPE_UINT64: kc_json_put_u64(&w->text, kc_le64(p)); return true;
    case TYPE_DOUBLE: return print_double(w, p);
    case TYPE_STRING:
    case TYPE_OPAQUE: return print_bytes(w, type, p, n);
    default: return false;
    }
}

/* An array or an object: count, size, entries of the keys, entries of the values, then keys and values themselves. */
struct container {
    const uint8_t *p;
    uint64_t bytes;
    uint64_t count;
    unsigned offset_bytes;
    bool is_object;
    bool is_large;
};

static bool open_container(struct container *c, uint8_t type, const uint8_t *p, size_t n)
{
    c->is_large = type == TYPE_LARGE_OBJECT || type == TYPE_LARGE_ARRAY;
    c->is_object = type == TYPE_SMALL_OBJECT || type == TYPE_LARGE_OBJECT;
    c->offset_bytes = c->is_large ? 4 : 2;
    c->p = p;
    if (n < 2 * c->offset_bytes)
        return false;
    c->count = kc_le_n(p, c->offset_bytes);
    c->bytes = kc_le_n(p + c->offset_bytes, c->offset_bytes);
    return c->bytes <= n && 2 * c->offset_bytes + c->count * ((c->is_object ? c->offset_bytes + 2 : 0) + 1 +
                                                              c->offset_bytes) <=
                                c->bytes;
}

static bool print_key(struct printer *w, const struct container *c, uint64_t i)
{
    const uint8_t *entry = c->p + 2 * c->offset_bytes + i * (c->offset_bytes + 2);
    uint64_t offset = kc_le_n(entry, c->offset_bytes), len = kc_le16(entry + c->offset_bytes);

    if (offset + len > c->bytes)
        return false;
    kc_json_put_quoted(&w->text, (const char *)c->p + offset, len);
    kc_json_put(&w->text, ": ", 2);
    return true;
}

/* Small scalars stand in the entry itself, in place of the offset. */
static bool print_entry(struct printer *w, const struct container *c, uint64_t i, unsigned depth)
{
    uint64_t keys = c->is_object ? c->count * (c->offset_bytes + 2) : 0, offset;
    const uint8_t *entry = c->p + 2 * c->offset_bytes + keys + i * (1 + c->offset_bytes);
    uint8_t type = entry[0];

    if (number_size(type) != 0 && number_size(type) <= c->offset_bytes)
        return print_scalar(w, type, entry + 1, c->offset_bytes);
    offset = kc_le_n(entry + 1, c->offset_bytes);
    return offset < c->bytes && print_value(w, type, c->p + offset, c->bytes - offset, depth + 1);
}

static bool print_container(struct printer *w, uint8_t type, const uint8_t *p, size_t n, unsigned depth)
{
    struct container c;

    if (depth > DEPTH_LIMIT || !open_container(&c, type, p, n))
        return false;
    kc_json_put(&w->text, c.is_object ? "{" : "[", 1);
    for (uint64_t i = 0; i < c.count; i++) {
        if (i > 0)
            kc_json_put(&w->text, ", ", 2);
        if (c.is_object && !print_key(w, &c, i))
            return false;
        if (!print_entry(w, &c, i, depth) || w->text.len > w->limit)
            return false;
    }
    kc_json_put(&w->text, c.is_object ? "}" : "]", 1);
    return true;
}

static bool print_value(struct printer *w, uint8_t type, const uint8_t *p, size_t n, unsigned depth)
{
    return type <= TYPE_LARGE_ARRAY ? print_container(w, type, p, n, depth) : print_scalar(w, type, p, n);
}

/* A document without a byte is what a NULL becomes where NULL is not allowed: the server shows null. */
static bool print_document(struct printer *w, const uint8_t *document, uint32_t len)
{
    if (len == 0)
        return print_literal(w, 0);
    return print_value(w, document[0], document + 1, len - 1, 1) && w->text.len <= w->limit;
}

/* Text is seldom longer than its binary form; when it is, the first run has told by how much. */
kc_status kc_json_binary_print(const uint8_t *document, uint32_t len, struct kc_arena *arena,
                               struct kc_value *out)
{
    uint64_t limit = (uint64_t)len * GROWTH_LIMIT + TEXT_FLOOR, room = (uint64_t)len + TEXT_FLOOR;
    struct printer w = {.limit = limit <= UINT32_MAX ? limit : UINT32_MAX};

    for (int run = 0; run < 2; run++) {
        w.text = (struct kc_json_text){.to = kc_arena_alloc(arena, room), .room = room};
        if (w.text.to == NULL)
            return KC_ERR_NOMEM;
        if (!print_document(&w, document, len))
            return KC_ERR_FATAL;
        if (w.text.len <= room)
            break;
        room = w.text.len;
    }
    out->type = KC_STRING;
    out->len = (uint32_t)w.text.len;
    out->as.str = w.text.to;
    return KC_OK;
}
