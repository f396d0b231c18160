/* encoder.h - the key converter and the value converter of a task, and the memory they write into. */
#ifndef KC_TASK_ENCODER_H
#define KC_TASK_ENCODER_H

#include "task/host_table.h"
#include "task/out_buffer.h"
#include "task/pairing.h"

struct kc_converter {
    struct kc_ctx ctx;
    const struct kc_converter_ops *ops;
    void *self;
    bool opened;
    struct kc_slices slices; /* of the last batch */
    struct kc_slices late;   /* of its records that a transform failed */
};

struct kc_encoder {
    struct kc_converter key, value;
    struct kc_bytes key_bytes; /* librdkafka copies keys, so one buffer serves every batch */
};

/*
 * Loads and opens both converters with their keys of the connector's configuration ("key.converter.",
 * "value.converter." removed). Close it in every case.
 */
kc_status kc_encoder_open(struct kc_encoder *e, struct kc_task *task, struct kc_error *err);
void kc_encoder_close(struct kc_encoder *e);

/*
 * Encodes a batch: keys into the encoder, values into `out`. *pairs walks over the result until the next
 * call. A converter that asks to be called again is, as errors.retry.* say (retry.h). Records that a
 * transform failed are encoded as they came, as far as the converters take them, for their dead letters.
 * KC_ERR_STOPPED: as of kc_pipeline_apply().
 */
kc_status kc_encoder_run(struct kc_encoder *e, struct kc_batch *b, struct kc_out *out,
                         struct kc_pairing *pairs, struct kc_error *err);

#endif
