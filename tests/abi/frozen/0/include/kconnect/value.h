/* value.h - typed values, strings and flat maps. All sealed: they live in arrays on the hot path. */
#ifndef KC_VALUE_H
#define KC_VALUE_H

#include <kconnect/abi.h>

KC_BEGIN_DECLS

/* The twelve types of Kafka Connect, null, and uint64 (for BIGINT UNSIGNED). Stored in kc_value.type. */
enum {
    KC_NULL = 0,
    KC_INT8 = 1,
    KC_INT16 = 2,
    KC_INT32 = 3,
    KC_INT64 = 4,
    KC_FLOAT32 = 5,
    KC_FLOAT64 = 6,
    KC_BOOLEAN = 7,
    KC_STRING = 8,
    KC_BYTES = 9,
    KC_ARRAY = 10,
    KC_MAP = 11,
    KC_STRUCT = 12,
    KC_UINT64 = 13,
};

enum {
    KC_VALUE_ABSENT = 1, /* with KC_NULL: not in the row image, as opposed to SQL NULL */
};

/* Borrowed text, UTF-8. NUL-terminated when it comes from the host, not necessarily when from a plugin. */
struct kc_str {
    const char *ptr;
    uint32_t len;
    uint32_t reserved; /* 0 */
};

struct kc_value;

union kc_value_data {
    int64_t i64;          /* INT8..INT64, BOOLEAN (0 or 1) */
    uint64_t u64;         /* UINT64 */
    double f64;           /* FLOAT32, FLOAT64 */
    const char *str;      /* STRING: len bytes */
    const uint8_t *bytes; /* BYTES: len bytes */
    const struct kc_value
        *items; /* ARRAY: len; STRUCT: len, in schema field order; MAP: 2 * len, key then value */
};

struct kc_value {
    uint8_t type;  /* KC_NULL.. */
    uint8_t flags; /* KC_VALUE_* */
    uint16_t reserved;
    uint32_t len;
    union kc_value_data as;
};

struct kc_kv {
    struct kc_str key;
    struct kc_value value;
};

/* Flat map. Source partitions and offsets hold only NULL, integers, floats, BOOLEAN and STRING. */
struct kc_map {
    const struct kc_kv *kvs;
    uint32_t len;
    uint32_t reserved; /* 0 */
};

KC_SEALED(struct kc_str, 16);
KC_SEALED(struct kc_value, 16);
KC_SEALED(struct kc_kv, 32);
KC_SEALED(struct kc_map, 16);

KC_END_DECLS
#endif
