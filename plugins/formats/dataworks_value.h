/*
 * dataworks_value.h - change events as DataWorks documents (message format 0.0.1), and their keys.
 *
 * Both encoders follow kc_converter_ops.encode: they append the slices of each live record in order, report a record
 * that cannot be written with kc_host.record_failed, leaving no byte of it behind, and go on.
 */
#ifndef KC_FORMATS_DATAWORKS_VALUE_H
#define KC_FORMATS_DATAWORKS_VALUE_H

#include "dataworks_prefix.h"

#include <kconnect/pipeline.h>

struct kc_dataworks {
    struct kc_ctx *ctx;
    struct kc_dw_cache cache;
};

/* Values: one document for each change, two for an update unless the option says single, none for a tombstone. */
kc_status kc_dw_encode_values(struct kc_dataworks *d, struct kc_batch *b, struct kc_bytes *out,
                              struct kc_slices *slices, struct kc_error *err);

/* Keys: the value of one key column as bare text, those of several as a JSON array, null without a key. */
kc_status kc_dw_encode_keys(struct kc_dataworks *d, struct kc_batch *b, struct kc_bytes *out,
                            struct kc_slices *slices, struct kc_error *err);

#endif
