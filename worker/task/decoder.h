/*
 * decoder.h - the key converter, the value converter and the header converter of a sink's task: from the
 * bytes of messages to typed records.
 */
#ifndef KC_TASK_DECODER_H
#define KC_TASK_DECODER_H

#include "task/host_table.h"

struct kc_decoder_side {
    struct kc_ctx ctx;
    const struct kc_converter_ops *ops;
    void *self;
    bool opened;
};

struct kc_decoder_headers {
    struct kc_ctx ctx;
    const struct kc_header_converter_ops *ops; /* NULL: none is configured */
    void *self;
    bool opened;
};

struct kc_decoder {
    struct kc_decoder_side key, value;
    struct kc_decoder_headers headers;
};

/*
 * Loads and opens the converters with their keys of the connector's configuration. KC_ERR_CONFIG: one of them
 * cannot read. Close it in every case.
 */
kc_status kc_decoder_open(struct kc_decoder *d, struct kc_task *task, struct kc_error *err);
void kc_decoder_close(struct kc_decoder *d);

/*
 * Decodes a batch whose keys, values and header values are KC_BYTES or KC_NULL, in place; new memory is of
 * its arena. A record that cannot be decoded is marked KC_REC_FAILED, and among task->failures. Without a
 * header converter a header is a text where it is UTF-8, else bytes.
 *
 * A converter that answers KC_ERR_RETRY is called again as errors.retry.* say, and must have left the batch so
 * that the same call can be made again. Negative: as kc_pipeline_apply() (pipeline.h).
 */
kc_status kc_decoder_run(struct kc_decoder *d, struct kc_batch *b, struct kc_error *err);

#endif
