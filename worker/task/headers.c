#include "task/headers.h"

#include <inttypes.h>
#include <stdio.h>

static kc_status add(rd_kafka_headers_t *to, const struct kc_header *h, struct kc_error *err)
{
    const struct kc_value *v = &h->value;
    char text[40];
    const void *bytes = text;
    int n = 0;

    switch (v->type) {
    case KC_NULL: bytes = NULL; break;
    case KC_STRING:
    case KC_BYTES:
        bytes = v->as.bytes;
        n = (int)v->len;
        break;
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
    if (rd_kafka_header_add(to, h->key.ptr, (ssize_t)h->key.len, bytes, n) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a header");
    return KC_OK;
}

kc_status kc_headers_make(const struct kc_record *r, rd_kafka_headers_t **out, struct kc_error *err)
{
    rd_kafka_headers_t *headers;

    *out = NULL;
    if (r->n_headers == 0)
        return KC_OK;
    headers = rd_kafka_headers_new(r->n_headers);
    for (uint32_t i = 0; i < r->n_headers; i++) {
        kc_status status = add(headers, &r->headers[i], err);

        if (status < 0) {
            rd_kafka_headers_destroy(headers);
            return status;
        }
    }
    *out = headers;
    return KC_OK;
}
