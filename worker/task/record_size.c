#include "task/record_size.h"

#include <inttypes.h>
#include <string.h>

enum {
    BATCH_HEADER_BYTES = 61,
    RECORD_FIXED_BYTES = 3, /* attributes, and the first record's timestamp and offset deltas, which are 0 */
};

/* Kafka's varints are zig-zag: a positive number takes one bit more. */
static uint64_t varint_bytes(uint64_t n)
{
    uint64_t bytes = 1;

    for (n *= 2; n >= 0x80; n >>= 7)
        bytes++;
    return bytes;
}

static uint64_t field_bytes(const void *data, uint64_t len)
{
    return data == NULL ? 1 : varint_bytes(len) + len; /* null is a length of -1 */
}

static uint64_t headers_bytes(const rd_kafka_headers_t *headers)
{
    uint64_t bytes = 0;
    const char *name;
    const void *value;
    size_t n = 0, len;

    for (; headers != NULL &&
           rd_kafka_header_get_all(headers, n, &name, &value, &len) == RD_KAFKA_RESP_ERR_NO_ERROR;
         n++)
        bytes += field_bytes(name, strlen(name)) + field_bytes(value, len);
    return varint_bytes(n) + bytes;
}

uint64_t kc_record_batch_bytes(const struct kc_message *m)
{
    uint64_t record = RECORD_FIXED_BYTES + field_bytes(m->key, m->key_len) +
                      field_bytes(m->value, m->value_len) + headers_bytes(m->headers);

    return BATCH_HEADER_BYTES + varint_bytes(record) + record;
}

struct kc_misfit kc_record_check(const struct kc_message *m, const struct kc_topic_rules *rules,
                                 const struct kc_producer *p)
{
    uint64_t bytes = m->key_len + m->value_len;

    if (rules->needs_key && m->key == NULL)
        return (struct kc_misfit){.kind = KC_LACKS_KEY};
    if (rules->max_bytes > 0) {
        uint64_t batch = kc_record_batch_bytes(m);

        if (batch > (uint64_t)rules->max_bytes)
            return (struct kc_misfit){KC_OVER_TOPIC, batch, (uint64_t)rules->max_bytes};
    }
    if (bytes > p->message_max_bytes)
        return (struct kc_misfit){KC_OVER_MESSAGE, bytes, p->message_max_bytes};
    if (bytes > p->queue_max_bytes)
        return (struct kc_misfit){KC_OVER_QUEUE, bytes, p->queue_max_bytes};
    return (struct kc_misfit){.kind = KC_FITS};
}

const char *kc_misfit_exception(const struct kc_misfit *misfit)
{
    return misfit->kind == KC_LACKS_KEY ? "org.apache.kafka.common.errors.InvalidRecordException"
                                        : "org.apache.kafka.common.errors.RecordTooLargeException";
}

kc_status kc_misfit_explain(const struct kc_misfit *misfit, const struct kc_topic *topic,
                            struct kc_error *err)
{
    static const char or_leave_out[] = ", or leave such records out with errors.tolerance=all";
    const char *name = topic->name.ptr;
    int len = (int)topic->name.len;

    switch (misfit->kind) {
    case KC_LACKS_KEY:
        return kc_fail(err, KC_ERR_CONFIG,
                       "a record without a key is for topic %.*s, which is compacted and takes none: set its "
                       "cleanup.policy to delete%s",
                       len, name, or_leave_out);
    case KC_OVER_TOPIC:
        return kc_fail(err, KC_ERR_CONFIG,
                       "a record of %" PRIu64 " bytes is larger than topic %.*s takes (max.message.bytes is "
                       "%" PRIu64 "): raise it on the topic%s",
                       misfit->bytes, len, name, misfit->limit, or_leave_out);
    case KC_OVER_QUEUE:
        return kc_fail(err, KC_ERR_CONFIG,
                       "a record of %" PRIu64 " bytes for topic %.*s is larger than the producer's queue "
                       "(%" PRIu64 " bytes): raise producer.override.queue.buffering.max.kbytes%s",
                       misfit->bytes, len, name, misfit->limit, or_leave_out);
    default:
        return kc_fail(err, KC_ERR_CONFIG,
                       "a record of %" PRIu64 " bytes for topic %.*s is larger than the producer takes "
                       "(message.max.bytes is %" PRIu64 "): raise producer.override.message.max.bytes%s",
                       misfit->bytes, len, name, misfit->limit, or_leave_out);
    }
}
