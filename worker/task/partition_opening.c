#include "task/partition_opening.h"

#include <stdlib.h>
#include <string.h>

/* Far below producer.id.expiration.ms (a day), after which a broker forgets a producer that was idle. */
static const int64_t forgotten_ms = 3600 * 1000;

static struct kc_opening *find(struct kc_openings *o, const void *topic, int32_t partition)
{
    if (o->last < o->n && o->list[o->last].topic == topic && o->list[o->last].partition == partition)
        return &o->list[o->last];
    for (size_t i = 0; i < o->n; i++) {
        if (o->list[i].topic == topic && o->list[i].partition == partition) {
            o->last = i;
            return &o->list[i];
        }
    }
    return NULL;
}

kc_status kc_openings_note(struct kc_openings *o, const void *topic, int32_t partition, int64_t now_ms)
{
    struct kc_opening *found = find(o, topic, partition);
    bool known = found != NULL && now_ms - found->used_ms < forgotten_ms;

    if (found == NULL) {
        if (o->n == o->cap) {
            size_t cap = o->cap == 0 ? 16 : o->cap * 2;
            struct kc_opening *list = reallocarray(o->list, cap, sizeof(*list));

            if (list == NULL)
                return KC_ERR_NOMEM;
            o->list = list;
            o->cap = cap;
        }
        o->last = o->n;
        found = &o->list[o->n++];
        *found = (struct kc_opening){.topic = topic, .partition = partition};
    }
    found->used_ms = now_ms;
    return known ? 0 : 1;
}

void kc_openings_finish(struct kc_openings *o)
{
    free(o->list);
    memset(o, 0, sizeof(*o));
}

typedef int32_t partition_fn(const rd_kafka_topic_t *topic, const void *key, size_t key_len,
                             int32_t partitions, void *topic_opaque, void *message_opaque);

/* librdkafka's partitioners; none of these three looks at anything but the key. */
static const struct {
    const char *name;
    partition_fn *of_key; /* NULL: keys do not matter */
    bool spreads;         /* records without a key go everywhere */
} partitioners[] = {
    {"murmur2_random", rd_kafka_msg_partitioner_murmur2, true},
    {"murmur2", rd_kafka_msg_partitioner_murmur2, false},
    {"consistent_random", rd_kafka_msg_partitioner_consistent, true},
    {"consistent", rd_kafka_msg_partitioner_consistent, false},
    {"fnv1a_random", rd_kafka_msg_partitioner_fnv1a, true},
    {"fnv1a", rd_kafka_msg_partitioner_fnv1a, false},
    {"random", NULL, true},
};

int32_t kc_partition_of(const char *partitioner, const void *key, size_t key_len, int32_t partitions,
                        uint32_t *spread)
{
    for (size_t i = 0; partitions > 0 && i < sizeof(partitioners) / sizeof(partitioners[0]); i++) {
        if (strcmp(partitioner, partitioners[i].name) != 0)
            continue;
        if (partitioners[i].of_key == NULL || (key == NULL && partitioners[i].spreads))
            return (int32_t)((*spread)++ % (uint32_t)partitions);
        return partitioners[i].of_key(NULL, key, key_len, partitions, NULL, NULL);
    }
    return RD_KAFKA_PARTITION_UA;
}
