/*
 * headers.h - the headers that records are written with, made by the header converter of the connector.
 *
 * It is the plugin with the role "header.converter". Without one, texts and bytes are written as they are,
 * numbers and booleans as text, and what is read stays bytes. Task thread only.
 */
#ifndef KC_TASK_HEADERS_H
#define KC_TASK_HEADERS_H

#include <kconnect/pipeline.h>
#include <librdkafka/rdkafka.h>

#include "task/host_table.h"

struct kc_headers {
    struct kc_ctx ctx;
    const struct kc_header_converter_ops *ops; /* NULL: there is no converter */
    void *self;
    bool opened;
    struct kc_bytes bytes; /* of the header in hand; librdkafka copies it */
};

/* Opens the converter if there is one. Close it in every case. KC_ERR_CONFIG: it cannot write (a sink's:
 * read). */
kc_status kc_headers_open(struct kc_headers *h, struct kc_task *t, struct kc_error *err);
void kc_headers_close(struct kc_headers *h);

/*
 * The headers that record `r` is written with; *out is NULL for one without headers, else the caller's until
 * a message takes it. KC_ERR_RECORD: one cannot be converted, stage HEADER_CONVERTER. KC_ERR_RETRY is repeated by errors.retry.* first;
 * KC_ERR_STOPPED: the task is to stop meanwhile, and the batch must be given up.
 */
kc_status kc_headers_make(struct kc_headers *h, const struct kc_record *r, rd_kafka_headers_t **out,
                          struct kc_error *err);

/* What a record failed with that kc_headers_make() refused. */
struct kc_failure kc_headers_failure(const struct kc_headers *h, uint32_t index);

#endif
