/* record.h - what flows: records in batches, one arena per batch. */
#ifndef KC_RECORD_H
#define KC_RECORD_H

#include <kconnect/schema.h>

KC_BEGIN_DECLS

/* A topic name interned by the host for the life of the process; compare by pointer. */
struct kc_topic {
    uint32_t struct_size;
    uint32_t reserved;
    struct kc_str name;
};

struct kc_header {
    struct kc_str key;
    const struct kc_schema *schema; /* NULL: schemaless */
    struct kc_value value;
};

/* Where a sink record came from, before any transform. */
struct kc_origin {
    const struct kc_topic *topic;
    int64_t offset;
    int32_t partition;
    uint32_t reserved;
};

enum {
    KC_REC_DROPPED = 1 << 0,    /* filtered: not sent, still counts as delivered for its offset */
    KC_REC_SKIP = 1 << 1,       /* set by a predicate: the next transform leaves it alone */
    KC_REC_FAILED = 1 << 2,     /* set by kc_host.record_failed */
    KC_REC_TXN_COMMIT = 1 << 3, /* exactly-once, boundary "connector": commit after this record */
    KC_REC_TXN_ABORT = 1 << 4,  /* likewise: abort after this record; its offset is still committed */
    KC_REC_LOG_APPEND = 1 << 5, /* sink: timestamp set by the broker, not by the producer */
};

#define KC_NO_TIMESTAMP  INT64_MIN
#define KC_ANY_PARTITION (-1)

/*
 * One record. Growable, and an array element: step through an array with kc_batch_at(), never with ++.
 * Everything pointed at is borrowed for as long as the batch is.
 */
struct kc_record {
    uint32_t flags;       /* KC_REC_* */
    int32_t partition;    /* KC_ANY_PARTITION: the host's partitioner decides */
    int64_t timestamp_ms; /* Unix epoch, or KC_NO_TIMESTAMP */
    const struct kc_topic *topic;
    const struct kc_schema *key_schema;   /* NULL: schemaless */
    const struct kc_schema *value_schema; /* NULL: schemaless */
    struct kc_value key;
    struct kc_value value; /* KC_NULL: tombstone */
    const struct kc_header *headers;
    uint32_t n_headers;
    uint32_t source;                /* source: index into kc_batch.partitions */
    const struct kc_map *offset;    /* source: resume point after this record; NULL: not a resume point */
    const struct kc_origin *origin; /* sink only */
    uint64_t cookie;                /* the plugin's own; survives transforms, comes back in kc_committed */
    int64_t event_us; /* source: commit time in the other system, us since the epoch, or KC_NO_TIMESTAMP */
    int64_t checkpoint_ms; /* source: time of the position a restart would resume from, or KC_NO_TIMESTAMP */
    uint64_t sequence;     /* source: never falls within a connector, restarts included; 0: none */
    uint64_t reserved;
};

/* Bump allocator of a batch. Reset by the host once it is done with the batch; nothing in it is freed
 * singly. */
struct kc_arena {
    uint32_t struct_size;
    uint32_t reserved;
    uint8_t *cur; /* 16-byte aligned; a plugin may fill cur..end itself and move cur */
    uint8_t *end;
};

enum {
    KC_BATCH_DETACHED =
        1 << 0, /* memory lives until release(), even across the next poll(); release on any thread */
};

struct kc_batch {
    uint32_t struct_size;
    uint32_t record_size; /* distance between records: the filler's sizeof(struct kc_record) */
    struct kc_record *records;
    uint32_t n_records;
    uint32_t flags;                  /* KC_BATCH_* */
    const struct kc_map *partitions; /* source partitions of this batch, usually one */
    uint32_t n_partitions;
    uint32_t reserved;
    struct kc_arena *arena;              /* host-owned */
    void (*release)(struct kc_batch *b); /* NULL, or called once when the host needs the memory no more */
    void *release_data;                  /* the plugin's own */
};

KC_SEALED(struct kc_header, 40);
KC_SEALED(struct kc_origin, 24);
KC_ASSERT(sizeof(struct kc_record) % 16 == 0, "records stay 16-byte aligned");

static inline struct kc_record *kc_batch_at(const struct kc_batch *b, uint32_t i)
{
    return (struct kc_record *)(void *)((uint8_t *)(void *)b->records + (size_t)i * b->record_size);
}

KC_END_DECLS
#endif
