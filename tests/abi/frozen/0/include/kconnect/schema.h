/* schema.h - immutable, interned, reference-counted schemas. Made by the host, shared by pointer. */
#ifndef KC_SCHEMA_H
#define KC_SCHEMA_H

#include <kconnect/value.h>

KC_BEGIN_DECLS

struct kc_schema;

struct kc_field {
    struct kc_str name;
    const struct kc_schema *schema;
};

/*
 * Read-only once made. Two equal schemas of one process are the same pointer, so a converter may key its
 * cache by `id` and skip every comparison. Also the argument of kc_host.schema_new, which ignores id and
 * fingerprint and copies the rest.
 */
struct kc_schema {
    uint32_t struct_size;
    uint8_t type;     /* KC_INT8.. */
    uint8_t optional; /* 1: the value may be null */
    uint16_t reserved;
    uint64_t id;          /* unique in this process, never reused */
    uint64_t fingerprint; /* hash of the contents, the same in every process of this version */
    struct kc_str name;   /* logical name such as org.apache.kafka.connect.data.Decimal; len 0: none */
    struct kc_str doc;
    int32_t version; /* 0: none */
    uint32_t n_fields;
    const struct kc_field *fields;        /* STRUCT */
    const struct kc_schema *key_schema;   /* MAP */
    const struct kc_schema *item_schema;  /* ARRAY items, MAP values */
    const struct kc_value *default_value; /* NULL: none */
    struct kc_map params;
};

KC_SEALED(struct kc_field, 24);

KC_END_DECLS
#endif
