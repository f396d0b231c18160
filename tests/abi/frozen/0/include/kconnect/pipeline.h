/* pipeline.h - the parts between connector and Kafka: transforms, predicates, converters; and config
 * providers. */
#ifndef KC_PIPELINE_H
#define KC_PIPELINE_H

#include <kconnect/host.h>

KC_BEGIN_DECLS

/*
 * Works on a whole batch at once, leaving alone every record with KC_REC_SKIP, KC_REC_DROPPED or
 * KC_REC_FAILED. May change the kc_record structs; must not write through their pointers: new values go into
 * b->arena.
 */
struct kc_transform_ops {
    uint32_t struct_size;
    uint32_t flags;
    kc_status (*open)(struct kc_ctx *ctx, const struct kc_map *config, void **self, struct kc_error *err);
    kc_status (*apply)(void *self, struct kc_batch *b, struct kc_error *err);
    void (*close)(void *self);
};

/* Sets KC_REC_SKIP on the records that do not match (on those that do, when `negate`). */
struct kc_predicate_ops {
    uint32_t struct_size;
    uint32_t flags;
    kc_status (*open)(struct kc_ctx *ctx, const struct kc_map *config, void **self, struct kc_error *err);
    kc_status (*test)(void *self, struct kc_batch *b, int32_t negate, struct kc_error *err);
    void (*close)(void *self);
};

enum { KC_FOR_KEY = 1, KC_FOR_VALUE = 2 };

/* One encoded side of one message: bytes start..start+len of the output, or null. */
struct kc_slice {
    uint64_t start; /* into kc_bytes.data */
    uint32_t len;
    uint32_t record; /* index of the record it belongs to; the last one, where adjacent records were merged */
    int32_t is_null; /* 1: a null key or a tombstone */
    uint32_t reserved;
};
KC_SEALED(struct kc_slice, 24);

/* Growing list of slices, in record order; same rules as kc_bytes. */
struct kc_slices {
    uint32_t struct_size;
    uint32_t reserved;
    struct kc_slice *list;
    uint64_t len;
    uint64_t cap;
    kc_status (*grow)(struct kc_slices *s, uint64_t more);
};

/* Growing output buffer of the host. Append at data[len]; call grow when cap - len is too small. */
struct kc_bytes {
    uint32_t struct_size;
    uint32_t reserved;
    uint8_t *data;
    uint64_t len;
    uint64_t cap;
    kc_status (*grow)(struct kc_bytes *b, uint64_t more);
};

/* One instance for keys and one for values; `which` is KC_FOR_KEY or KC_FOR_VALUE. The same batch gives
 * the same bytes. */
struct kc_converter_ops {
    uint32_t struct_size;
    uint32_t flags;
    kc_status (*open)(struct kc_ctx *ctx, const struct kc_map *config, int32_t which, void **self,
                      struct kc_error *err);
    /* Typed to bytes: appends, for each live record in order, 0..n slices. Values: none drops the record
     * (a tombstone in a format without them), two write two messages (an update as two halves), adjacent
     * records may share one. Keys: exactly one each. The host pairs a value slice with the key of its
     * record. */
    kc_status (*encode)(void *self, struct kc_batch *b, struct kc_bytes *out, struct kc_slices *slices,
                        struct kc_error *err);
    /* Bytes to typed: the side arrives as KC_BYTES or KC_NULL; replaces value and schema, memory from
     * b->arena. */
    kc_status (*decode)(void *self, struct kc_batch *b, struct kc_error *err);
    void (*close)(void *self);
};

struct kc_header_converter_ops {
    uint32_t struct_size;
    uint32_t flags;
    kc_status (*open)(struct kc_ctx *ctx, const struct kc_map *config, void **self, struct kc_error *err);
    /* Appends the header's bytes. KC_NOTHING: the header has no value, which Kafka tells from an empty
     * one. */
    kc_status (*encode)(void *self, const struct kc_topic *topic, const struct kc_header *h,
                        struct kc_bytes *out, struct kc_error *err);
    /* h->value is KC_BYTES or KC_NULL on entry; replaces value and schema. */
    kc_status (*decode)(void *self, const struct kc_topic *topic, struct kc_header *h, struct kc_arena *a,
                        struct kc_error *err);
    void (*close)(void *self);
};

/* Resolves ${provider:path:key}. Runs in a child with a deadline; answers with kc_host.report_value. */
struct kc_config_provider_ops {
    uint32_t struct_size;
    uint32_t flags;
    kc_status (*open)(struct kc_ctx *ctx, const struct kc_map *config, void **self, struct kc_error *err);
    /* n_keys 0: every key of the path. */
    kc_status (*get)(void *self, const char *path, const char *const *keys, uint32_t n_keys,
                     struct kc_report *out, struct kc_error *err);
    void (*close)(void *self);
};

KC_END_DECLS
#endif
