#include "column_family.h"
#include "le.h"
#include "wire_type.h"

/*
 * TINYINT to BIGINT: little-endian, 1, 2, 3, 4 or 8 bytes. The value's type is the smallest signed one that holds the
 * column's whole range, and never smaller than 16 bits; BIGINT UNSIGNED has a type of its own.
 */
static uint8_t value_type(uint8_t bytes, bool is_unsigned)
{
    switch (bytes) {
    case 1: return KC_INT16;
    case 2: return is_unsigned ? KC_INT32 : KC_INT16;
    case 3: return KC_INT32;
    case 4: return is_unsigned ? KC_INT64 : KC_INT32;
    default: return is_unsigned ? KC_UINT64 : KC_INT64;
    }
}

static inline const uint8_t *image(unsigned bytes, uint8_t type, bool is_unsigned, const uint8_t *p,
                                   const uint8_t *end, struct kc_value *out)
{
    uint64_t v;

    if ((size_t)(end - p) < bytes)
        return NULL;
    switch (bytes) {
    case 1: v = p[0]; break;
    case 2: v = kc_le16(p); break;
    case 3: v = kc_le24(p); break;
    case 4: v = kc_le32(p); break;
    default: v = kc_le64(p); break;
    }
    out->type = type;
    if (is_unsigned || bytes == 8)
        out->as.u64 = v;
    else
        out->as.i64 = (int64_t)(v << (64 - 8 * bytes)) >> (64 - 8 * bytes);
    return p + bytes;
}

/* One function a width and sign, so that the compiler folds the switches above. */
#define IMAGE(name, bytes, type, is_unsigned)                                                                \
    static const uint8_t *name(const struct kc_column *column, const struct kc_map_column *wire,             \
                               const uint8_t *p, const uint8_t *end, struct kc_arena *arena,                 \
                               struct kc_value *out)                                                         \
    {                                                                                                        \
        (void)column;                                                                                        \
        (void)wire;                                                                                          \
        (void)arena;                                                                                         \
        return image(bytes, type, is_unsigned, p, end, out);                                                 \
    }

IMAGE(signed_1, 1, KC_INT16, false)
IMAGE(signed_2, 2, KC_INT16, false)
IMAGE(signed_3, 3, KC_INT32, false)
IMAGE(signed_4, 4, KC_INT32, false)
IMAGE(signed_8, 8, KC_INT64, false)
IMAGE(unsigned_1, 1, KC_INT16, true)
IMAGE(unsigned_2, 2, KC_INT32, true)
IMAGE(unsigned_3, 3, KC_INT32, true)
IMAGE(unsigned_4, 4, KC_INT64, true)
IMAGE(unsigned_8, 8, KC_UINT64, true)

static kc_column_image_fn integer_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                       const char **why)
{
    static const kc_column_image_fn images[9][2] = {
        [1] = {signed_1, unsigned_1}, [2] = {signed_2, unsigned_2}, [3] = {signed_3, unsigned_3},
        [4] = {signed_4, unsigned_4}, [8] = {signed_8, unsigned_8},
    };

    if (wire->has_sign && wire->is_unsigned != column->is_unsigned)
        return kc_bind_refused(why, column->is_unsigned ? "it is signed in the binlog"
                                                        : "it is unsigned in the binlog");
    return images[column->bytes][column->is_unsigned];
}

/* ZEROFILL only adds leading zeros. */
static kc_status integer_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                   struct kc_arena *arena, struct kc_value *out)
{
    const char *p = text, *end = text + len;
    bool negative = p < end && *p == '-';
    uint64_t v = 0;

    (void)arena;
    p += negative;
    if (p == end)
        return KC_ERR_FATAL;
    for (; p < end; p++)
        if (*p < '0' || *p > '9' || __builtin_mul_overflow(v, UINT64_C(10), &v) ||
            __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
            return KC_ERR_FATAL;
    out->type = value_type(column->bytes, column->is_unsigned);
    out->as.u64 = negative ? 0 - v : v;
    return KC_OK;
}

static struct kc_column_schema_kind integer_schema(const struct kc_column *column)
{
    return (struct kc_column_schema_kind){value_type(column->bytes, column->is_unsigned), NULL};
}

const struct kc_column_family kc_column_integer = {
    .bind = integer_bind,
    .from_text = integer_from_text,
    .schema = integer_schema,
};
