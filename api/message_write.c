#include "message_write.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "base64.h"
#include "json_syntax.h"

static bool is_json(const char *text, size_t n, bool documents_only)
{
    if (documents_only && (n == 0 || (text[0] != '{' && text[0] != '[')))
        return false;
    return kc_json_syntax(text, n);
}

enum kc_encoding kc_write_bytes(struct kc_buf *b, const void *bytes, size_t n, bool documents_only)
{
    if (bytes == NULL) {
        kc_buf_str(b, "null");
        return KC_ENCODED_NULL;
    }
    if (is_json(bytes, n, documents_only)) {
        kc_buf_add(b, bytes, n);
        return KC_ENCODED_JSON;
    }
    if (kc_utf8_valid(bytes, n)) {
        kc_buf_json(b, bytes, n);
        return KC_ENCODED_TEXT;
    }
    kc_buf_str(b, "\"");
    kc_base64_add(b, bytes, n);
    kc_buf_str(b, "\"");
    return KC_ENCODED_BASE64;
}

static void write_headers(struct kc_buf *b, const rd_kafka_message_t *m)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t n;

    kc_buf_str(b, ",\"headers\":[");
    if (rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        for (size_t i = 0;
             rd_kafka_header_get_all(headers, i, &name, &value, &n) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
            kc_buf_str(b, i > 0 ? ",{\"key\":" : "{\"key\":");
            kc_buf_json(b, name, strlen(name));
            kc_buf_str(b, ",\"value\":");
            if (kc_write_bytes(b, value, n, true) == KC_ENCODED_BASE64)
                kc_buf_str(b, ",\"encoding\":\"base64\"");
            kc_buf_str(b, "}");
        }
    }
    kc_buf_str(b, "]");
}

static void write_timestamp(struct kc_buf *b, const rd_kafka_message_t *m)
{
    rd_kafka_timestamp_type_t type;
    int64_t ms = rd_kafka_message_timestamp(m, &type);

    if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE)
        kc_buf_str(b, ",\"timestamp\":null,\"timestamp_type\":null");
    else
        kc_buf_printf(b, ",\"timestamp\":%" PRId64 ",\"timestamp_type\":\"%s\"", ms,
                      type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? "LOG_APPEND_TIME" : "CREATE_TIME");
}

void kc_write_message(struct kc_buf *b, const rd_kafka_message_t *m)
{
    const char *topic = rd_kafka_topic_name(m->rkt);

    kc_buf_str(b, "{\"topic\":");
    kc_buf_json(b, topic, strlen(topic));
    kc_buf_printf(b, ",\"partition\":%" PRId32 ",\"offset\":%" PRId64, m->partition, m->offset);
    write_timestamp(b, m);
    kc_buf_str(b, ",\"key\":");
    if (kc_write_bytes(b, m->key, m->key_len, true) == KC_ENCODED_BASE64)
        kc_buf_str(b, ",\"key_encoding\":\"base64\"");
    write_headers(b, m);
    kc_buf_str(b, ",\"value\":");
    if (kc_write_bytes(b, m->payload, m->len, false) == KC_ENCODED_BASE64)
        kc_buf_str(b, ",\"encoding\":\"base64\"");
    kc_buf_str(b, "}");
}

size_t kc_message_payload(const rd_kafka_message_t *m)
{
    size_t all = m->key_len + m->len, n;
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;

    if (rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        for (size_t i = 0;
             rd_kafka_header_get_all(headers, i, &name, &value, &n) == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
            all += strlen(name) + n;
    return all;
}
