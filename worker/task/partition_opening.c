#include "task/partition_opening.h"

#include <stdlib.h>
#include <string.h>

/* Far below producer.id.expiration.ms (a day), after which a broker forgets a producer that was idle. */
static const int64_t forgotten_ms = 3600 * 1000;

/* The place of a partition, or the free one where it belongs. The table is never full. */
static struct kc_opening *place_of(const struct kc_openings *o, const void *topic, int32_t partition)
{
    uint64_t hash = ((uint64_t)(uintptr_t)topic + (uint64_t)partition) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 32) & (o->cap - 1);

    while (o->places[i].topic != NULL && (o->places[i].topic != topic || o->places[i].partition != partition))
        i = (i + 1) & (o->cap - 1);
    return &o->places[i];
}

/* Keeps at least half of the places free. */
static kc_status make_room(struct kc_openings *o)
{
    struct kc_openings larger = {.n = o->n, .cap = o->cap == 0 ? 16 : o->cap * 2};

    if (o->n * 2 < o->cap)
        return KC_OK;
    larger.places = calloc(larger.cap, sizeof(*larger.places));
    if (larger.places == NULL)
        return KC_ERR_NOMEM;
    for (size_t i = 0; i < o->cap; i++) {
        if (o->places[i].topic != NULL)
            *place_of(&larger, o->places[i].topic, o->places[i].partition) = o->places[i];
    }
    free(o->places);
    *o = larger;
    return KC_OK;
}

kc_status kc_openings_note(struct kc_openings *o, const void *topic, int32_t partition, int64_t now_ms)
{
    struct kc_opening *place;
    bool known;

    if (make_room(o) < 0)
        return KC_ERR_NOMEM;
    place = place_of(o, topic, partition);
    known = place->topic != NULL && now_ms - place->used_ms < forgotten_ms;
    o->n += place->topic == NULL;
    *place = (struct kc_opening){.topic = topic, .partition = partition, .used_ms = now_ms};
    return known ? 0 : 1;
}

void kc_openings_finish(struct kc_openings *o)
{
    free(o->places);
    memset(o, 0, sizeof(*o));
}

typedef int32_t partition_fn(const rd_kafka_topic_t *topic, const void *key, size_t key_len,
                             int32_t partitions, void *topic_opaque, void *message_opaque);

/* librdkafka's partitioners; none of these three looks at anything but the key. */
static const struct kc_partitioner {
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

const struct kc_partitioner *kc_partitioner_find(const char *name)
{
    for (size_t i = 0; i < sizeof(partitioners) / sizeof(partitioners[0]); i++) {
        if (strcmp(name, partitioners[i].name) == 0)
            return &partitioners[i];
    }
    return NULL;
}

int32_t kc_partition_of(const struct kc_partitioner *p, const void *key, size_t key_len, int32_t partitions,
                        uint32_t *spread)
{
    if (p == NULL || partitions <= 0)
        return RD_KAFKA_PARTITION_UA;
    if (p->of_key == NULL || (key == NULL && p->spreads))
        return (int32_t)((*spread)++ % (uint32_t)partitions);
    return p->of_key(NULL, key, key_len, partitions, NULL, NULL);
}
