/*
 * side.h - what every converter does alike: it walks over one side, key or value, of the records of a batch.
 *
 * A converter brings one function for a single value in each direction; the same two serve its header converter. A value
 * that cannot be converted is reported with kc_host.record_failed, leaves no byte behind, and the batch goes on.
 */
#ifndef KC_FORMATS_SIDE_H
#define KC_FORMATS_SIDE_H

#include "out.h"

/*
 * Appends one value, or sets *is_null (false on entry) where the message has none. KC_ERR_RECORD: this value cannot be
 * written. `schema` is NULL for a schemaless value.
 */
typedef kc_status (*kc_put_fn)(void *self, struct kc_out *o, const struct kc_schema *schema,
                               const struct kc_value *v, bool *is_null, struct kc_error *err);

/*
 * Replaces *v, which is KC_BYTES or KC_NULL, by what the bytes mean, and sets *schema. What it points at is in the
 * bytes, in the arena, or the converter's own and as old as the batch at least.
 */
typedef kc_status (*kc_get_fn)(void *self, struct kc_arena *a, const struct kc_schema **schema,
                               struct kc_value *v, struct kc_error *err);

/* What every converter's own struct begins with; the four calls below take that struct as `self`. */
struct kc_side {
    struct kc_ctx *ctx;
    kc_put_fn put;
    kc_get_fn get;
    int32_t which; /* KC_FOR_KEY or KC_FOR_VALUE; of a header converter either */
    uint32_t reserved;
};

/* kc_converter_ops.encode: one slice for each live record. */
kc_status kc_side_encode(void *self, struct kc_batch *b, struct kc_bytes *out, struct kc_slices *slices,
                         struct kc_error *err);
/* kc_converter_ops.decode. */
kc_status kc_side_decode(void *self, struct kc_batch *b, struct kc_error *err);

/* kc_header_converter_ops.encode; KC_NOTHING: the header has no value, and nothing was appended. */
kc_status kc_side_encode_header(void *self, const struct kc_topic *topic, const struct kc_header *h,
                                struct kc_bytes *out, struct kc_error *err);
/* kc_header_converter_ops.decode. */
kc_status kc_side_decode_header(void *self, const struct kc_topic *topic, struct kc_header *h,
                                struct kc_arena *a, struct kc_error *err);

/*
 * Defines name_ops and name_header_ops, the operations of a converter that adds nothing to those four calls; `open` and
 * `close` are those of a struct kc_converter_ops, and headers are values to them.
 */
#define KC_SIDE_OPS(name, open_, close_)                                                                     \
    static kc_status name##_open_header(struct kc_ctx *ctx, const struct kc_map *config, void **self,        \
                                        struct kc_error *err)                                                \
    {                                                                                                        \
        return open_(ctx, config, KC_FOR_VALUE, self, err);                                                  \
    }                                                                                                        \
    static const struct kc_converter_ops name##_ops = {.struct_size = sizeof(name##_ops),                    \
                                                       .open = open_,                                        \
                                                       .encode = kc_side_encode,                             \
                                                       .decode = kc_side_decode,                             \
                                                       .close = close_};                                     \
    static const struct kc_header_converter_ops name##_header_ops = {.struct_size =                          \
                                                                         sizeof(name##_header_ops),          \
                                                                     .open = name##_open_header,             \
                                                                     .encode = kc_side_encode_header,        \
                                                                     .decode = kc_side_decode_header,        \
                                                                     .close = close_}

/* Appends a slice that begins at `start` and ends at the writer's position. KC_ERR_RECORD: longer than 4 GiB. */
kc_status kc_slice_add(struct kc_slices *slices, const struct kc_out *o, uint64_t start, uint32_t record,
                       bool is_null, struct kc_error *err);

/*
 * Takes back what record i has appended behind `start` and behind the first n_slices slices, and reports it; returns
 * other failures than KC_ERR_RECORD unchanged.
 */
kc_status kc_give_up(struct kc_ctx *ctx, struct kc_batch *b, uint32_t i, struct kc_out *o, uint64_t start,
                     struct kc_slices *slices, uint64_t n_slices, kc_status status, struct kc_error *err);

/* KC_ERR_NOMEM with its sentence. */
kc_status kc_no_memory(struct kc_error *err);

#endif
