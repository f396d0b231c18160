/*
 * partition_opening.h - the first record into a partition travels alone.
 *
 * A broker that has no state of a producer for a partition takes any first sequence number (KIP-360). When the
 * partition's replica is not ready yet, or its leader moves, a first batch can be refused while the second, pipelined
 * behind it, is taken; the first one, sent again, then counts as a duplicate, and is lost without an error. So the first
 * record into a partition is acknowledged before the second is handed over. After that the broker has a state, and
 * batches that come in the wrong order are refused and sent again as they should be.
 *
 * Also decides the partition, because librdkafka tells it too late. Task thread only.
 */
#ifndef KC_TASK_PARTITION_OPENING_H
#define KC_TASK_PARTITION_OPENING_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct kc_opening {
    const void *topic; /* identity only; NULL: a free place */
    int32_t partition;
    int64_t used_ms; /* of the last record */
};

/* Zero-initialise; finish with kc_openings_finish(). */
struct kc_openings {
    struct kc_opening *places; /* a hash table, at most half full */
    size_t n;
    size_t cap; /* 0 or a power of two */
};

/*
 * Notes that a record goes to the partition. 1: it is the first, or the first after so long a pause that the broker may
 * have forgotten the producer; its acknowledgement must be awaited. 0: it is not. KC_ERR_NOMEM.
 */
kc_status kc_openings_note(struct kc_openings *o, const void *topic, int32_t partition, int64_t now_ms);
void kc_openings_finish(struct kc_openings *o);

/* One of librdkafka's partitioners; constant data. */
struct kc_partitioner;

/* By librdkafka's name (murmur2_random is Java's). NULL: it is not known here, so librdkafka has to decide. */
const struct kc_partitioner *kc_partitioner_find(const char *name);

/*
 * The partition of a key. `spread` counts records without a key. RD_KAFKA_PARTITION_UA: librdkafka decides, because `p` is
 * NULL or the number of partitions is not known.
 */
int32_t kc_partition_of(const struct kc_partitioner *p, const void *key, size_t key_len, int32_t partitions,
                        uint32_t *spread);

#endif
