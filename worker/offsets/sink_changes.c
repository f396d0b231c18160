#include "offsets/sink_changes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_CHARS = 100, MAX_NAME = 249 };

static const struct kc_value *member(const struct kc_flat *f, const char *name)
{
    size_t n = strlen(name);

    for (uint32_t i = 0; i < f->map.len; i++) {
        if (f->map.kvs[i].key.len == n && memcmp(f->map.kvs[i].key.ptr, name, n) == 0)
            return &f->map.kvs[i].value;
    }
    return NULL;
}

/* A value as it may be shown in a sentence. */
static void show(const struct kc_value *v, char *out, size_t room)
{
    switch (v->type) {
    case KC_STRING: (void)snprintf(out, room, "%.*s", (int)v->len, v->as.str); break;
    case KC_INT64: (void)snprintf(out, room, "%" PRId64, v->as.i64); break;
    case KC_UINT64: (void)snprintf(out, room, "%" PRIu64, v->as.u64); break;
    case KC_BOOLEAN: (void)snprintf(out, room, "%s", v->as.i64 != 0 ? "true" : "false"); break;
    case KC_NULL: (void)snprintf(out, room, "null"); break;
    default: (void)snprintf(out, room, "%g", v->as.f64); break;
    }
}

static bool whole_number(const struct kc_value *v, int64_t *out)
{
    char text[24], *rest = NULL;

    if (v->type == KC_INT64) {
        *out = v->as.i64;
        return true;
    }
    if (v->type != KC_STRING || v->len == 0 || v->len >= sizeof(text))
        return false;
    memcpy(text, v->as.str, v->len);
    text[v->len] = '\0';
    errno = 0;
    *out = strtoll(text, &rest, 10);
    return errno == 0 && *rest == '\0' && text[0] != ' ';
}

/* `what` is "partition" or "offset", `What` the same at the beginning of a sentence. */
static kc_status read_number(const struct kc_value *v, const char *what, const char *What, int64_t most,
                             int64_t *out, struct kc_error *err)
{
    char shown[SHOWN_CHARS];

    if (v->type == KC_NULL)
        return kc_fail(err, KC_ERR_CONFIG, "Kafka %ss must be valid numbers and may not be null", what);
    show(v, shown, sizeof(shown));
    if (!whole_number(v, out))
        return kc_fail(
            err, KC_ERR_CONFIG,
            "Failed to parse the following Kafka %s value in the provided offsets: '%s'. %s values for "
            "sink connectors need to be integers.",
            what, shown, What);
    if (*out < 0 || *out > most)
        return kc_fail(err, KC_ERR_CONFIG,
                       "The Kafka %s %s in the provided offsets is out of range: it must be 0 or more%s.",
                       what, shown, most < INT64_MAX ? ", and less than 2147483648" : "");
    return KC_OK;
}

static kc_status read_partition(const struct kc_flat *f, char *topic, size_t room, int64_t *partition,
                                struct kc_error *err)
{
    const struct kc_value *name = member(f, "kafka_topic"), *number = member(f, "kafka_partition");

    if (name == NULL || number == NULL)
        return kc_fail(err, KC_ERR_CONFIG,
                       "The partition for a sink connector offset must contain the keys 'kafka_topic' and "
                       "'kafka_partition'");
    if (name->type != KC_STRING || name->len == 0 || name->len > MAX_NAME)
        return kc_fail(err, KC_ERR_CONFIG,
                       "Kafka topic names must be valid strings of 1 to %d characters and may not be null",
                       MAX_NAME);
    (void)snprintf(topic, room, "%.*s", (int)name->len, name->as.str);
    return read_number(number, "partition", "Partition", INT32_MAX, partition, err);
}

/* The last change of a partition counts. */
static void forget(rd_kafka_topic_partition_list_t *list, const char *topic, int32_t partition)
{
    (void)rd_kafka_topic_partition_list_del(list, topic, partition);
}

static kc_status read_one(const struct kc_offset_change_item *item, rd_kafka_topic_partition_list_t *alter,
                          rd_kafka_topic_partition_list_t *gone, struct kc_error *err)
{
    char topic[MAX_NAME + 1];
    int64_t partition, offset;
    const struct kc_value *v;
    kc_status status = read_partition(item->partition, topic, sizeof(topic), &partition, err);

    if (status < 0)
        return status;
    forget(alter, topic, (int32_t)partition);
    forget(gone, topic, (int32_t)partition);
    if (item->offset == NULL) {
        (void)rd_kafka_topic_partition_list_add(gone, topic, (int32_t)partition);
        return KC_OK;
    }
    v = member(item->offset, "kafka_offset");
    if (v == NULL)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "The offset for a sink connector should either be null or contain the key 'kafka_offset'");
    status = read_number(v, "offset", "Offset", INT64_MAX, &offset, err);
    if (status == KC_OK)
        rd_kafka_topic_partition_list_add(alter, topic, (int32_t)partition)->offset = offset;
    return status;
}

kc_status kc_sink_changes_read(const struct kc_offset_changes *changes,
                               rd_kafka_topic_partition_list_t *alter, rd_kafka_topic_partition_list_t *gone,
                               struct kc_error *err)
{
    kc_status status = KC_OK;

    for (size_t i = 0; i < changes->n && status == KC_OK; i++)
        status = read_one(&changes->items[i], alter, gone, err);
    return status;
}
