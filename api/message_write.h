/* message_write.h - one message of a topic as JSON. */
#ifndef KC_API_MESSAGE_WRITE_H
#define KC_API_MESSAGE_WRITE_H

#include <librdkafka/rdkafka.h>

#include "base/buf.h"

/* Whether bytes were embedded as the JSON they are, as a string, or as base64 text. */
enum kc_encoding { KC_ENCODED_NULL, KC_ENCODED_JSON, KC_ENCODED_TEXT, KC_ENCODED_BASE64 };

/*
 * Appends bytes as one JSON value and says how. JSON is copied as it stands, never through numbers of ours,
 * so that big integers stay exact; with `documents_only` that is done for objects and arrays alone, and 17 or
 * true are text.
 */
enum kc_encoding kc_write_bytes(struct kc_buf *b, const void *bytes, size_t n, bool documents_only);

/*
 * {"topic","partition","offset","timestamp","timestamp_type","key","headers":[{"key","value"}],"value"}.
 * Beside a key or value that is base64 stands "key_encoding" or "encoding": "base64", in a header "encoding".
 */
void kc_write_message(struct kc_buf *b, const rd_kafka_message_t *message);

/* Bytes of key, value and headers. */
size_t kc_message_payload(const rd_kafka_message_t *message);

#endif
