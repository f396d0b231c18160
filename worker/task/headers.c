#include "task/headers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "task/component_open.h"
#include "task/heap_bytes.h"
#include "task/retry.h"

kc_status kc_headers_open(struct kc_headers *h, struct kc_task *t, struct kc_error *err)
{
    struct kc_parsed *config = NULL;
    kc_status status;
    bool able;

    *h = (struct kc_headers){.bytes = kc_heap_bytes()};
    if (kc_start_plugin(&t->start, KC_ROLE_HEADER_CONVERTER) == NULL)
        return KC_OK;
    status =
        kc_component_prepare(&h->ctx, t, KC_ROLE_HEADER_CONVERTER, KC_KIND_HEADER_CONVERTER, &config, err);
    if (status < 0)
        return status;
    h->ctx.stage = "HEADER_CONVERTER";
    h->ops = h->ctx.component.def->ops;
    able = t->start.sink ? KC_CAN(struct kc_header_converter_ops, h->ops, decode)
                         : KC_CAN(struct kc_header_converter_ops, h->ops, encode);
    if (able) {
        kc_ctx_enter(&h->ctx, "open");
        status = h->ops->open(&h->ctx, kc_parsed_map(config), &h->self, err);
        kc_ctx_leave(&h->ctx);
        h->opened = status >= 0;
    } else {
        status = kc_fail(err, KC_ERR_CONFIG, "%s cannot %s", h->ctx.component.label,
                         t->start.sink ? "read, only write" : "write, only read");
    }
    kc_parsed_destroy(config);
    return status;
}

void kc_headers_close(struct kc_headers *h)
{
    if (h->opened) {
        kc_ctx_enter(&h->ctx, "close");
        h->ops->close(h->self);
        kc_ctx_leave(&h->ctx);
    }
    if (h->ctx.task != NULL)
        kc_ctx_finish(&h->ctx);
    free(h->bytes.data);
    *h = (struct kc_headers){0};
}

/* Adds bytes, or null; a header's value may be both empty and there. */
static kc_status add_bytes(rd_kafka_headers_t *to, const struct kc_header *h, const void *bytes, uint64_t n,
                           struct kc_error *err)
{
    if (rd_kafka_header_add(to, h->key.ptr, (ssize_t)h->key.len, bytes, (ssize_t)n) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a header");
    return KC_OK;
}

/* Without a converter. */
static kc_status add_plain(rd_kafka_headers_t *to, const struct kc_header *h, struct kc_error *err)
{
    const struct kc_value *v = &h->value;
    char text[40];
    int n = 0;

    switch (v->type) {
    case KC_NULL: return add_bytes(to, h, NULL, 0, err);
    case KC_STRING:
    case KC_BYTES: return add_bytes(to, h, v->len == 0 ? (const uint8_t *)"" : v->as.bytes, v->len, err);
    case KC_INT8:
    case KC_INT16:
    case KC_INT32:
    case KC_INT64: n = snprintf(text, sizeof(text), "%" PRId64, v->as.i64); break;
    case KC_UINT64: n = snprintf(text, sizeof(text), "%" PRIu64, v->as.u64); break;
    case KC_BOOLEAN: n = snprintf(text, sizeof(text), "%s", v->as.i64 != 0 ? "true" : "false"); break;
    case KC_FLOAT32:
    case KC_FLOAT64: n = snprintf(text, sizeof(text), "%.17g", v->as.f64); break;
    default:
        return kc_fail(err, KC_ERR_CONFIG,
                       "the header %.*s holds a list or a structure, which needs a header converter",
                       (int)h->key.len, h->key.ptr);
    }
    return add_bytes(to, h, text, (uint64_t)n, err);
}

/* Whether a call that ended with `status` is to be made again; *status is then, or else, what it means for the record. */
static bool again(struct kc_headers *h, struct kc_attempts *attempts, kc_status *status, struct kc_error *err)
{
    if (*status != KC_ERR_RETRY)
        return false;
    switch (kc_retry_wait(h->ctx.task, attempts, err)) {
    case KC_RETRY_AGAIN: return true;
    case KC_RETRY_LEAVE: *status = KC_ERR_STOPPED; return false;
    default:
        if (h->ctx.task->failures.tolerated)
            *status = KC_ERR_RECORD;
        return false;
    }
}

static kc_status add_converted(struct kc_headers *by, rd_kafka_headers_t *to, const struct kc_topic *topic,
                               const struct kc_header *h, struct kc_error *err)
{
    struct kc_attempts attempts = {0};
    kc_status status;

    do {
        by->bytes.len = 0;
        kc_ctx_enter(&by->ctx, "encode");
        status = by->ops->encode(by->self, topic, h, &by->bytes, err);
        kc_ctx_leave(&by->ctx);
    } while (again(by, &attempts, &status, err));
    if (status < 0) {
        (void)kc_wrap(err, "the header %.*s", (int)h->key.len, h->key.ptr);
        return status;
    }
    /* A null header stays null, as with Kafka Connect's converters. */
    if (h->value.type == KC_NULL && by->bytes.len == 0)
        return add_bytes(to, h, NULL, 0, err);
    return add_bytes(to, h, by->bytes.len == 0 ? (const uint8_t *)"" : by->bytes.data, by->bytes.len, err);
}

kc_status kc_headers_make(struct kc_headers *h, const struct kc_record *r, rd_kafka_headers_t **out,
                          struct kc_error *err)
{
    rd_kafka_headers_t *headers;
    kc_status status = KC_OK;

    *out = NULL;
    if (r->n_headers == 0)
        return KC_OK;
    headers = rd_kafka_headers_new(r->n_headers);
    for (uint32_t i = 0; i < r->n_headers && status >= 0; i++)
        status = h->ops == NULL ? add_plain(headers, &r->headers[i], err)
                                : add_converted(h, headers, r->topic, &r->headers[i], err);
    if (status < 0)
        rd_kafka_headers_destroy(headers);
    else
        *out = headers;
    return status;
}

struct kc_failure kc_headers_failure(const struct kc_headers *h, uint32_t index)
{
    return (struct kc_failure){.index = index,
                               .stage = "HEADER_CONVERTER",
                               .component = h->ops == NULL ? "" : h->ctx.component.label,
                               .exception = "org.apache.kafka.connect.errors.DataException"};
}
