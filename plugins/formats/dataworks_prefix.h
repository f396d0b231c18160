/*
 * dataworks_prefix.h - what the documents and keys of one table version have in common, rendered once.
 *
 * Schemas are interned, so (value schema id, key schema id) names a table version for the life of the process, and one
 * envelope schema belongs to one table: database and table name are taken from the first record. The cache holds copies
 * and keeps no schema. It is bounded by the number of table versions that a task meets. Task thread only.
 */
#ifndef KC_FORMATS_DATAWORKS_PREFIX_H
#define KC_FORMATS_DATAWORKS_PREFIX_H

#include "dataworks_column.h"

#include <kconnect/record.h>

struct kc_dw_table {
    uint64_t value_id;
    uint64_t key_id; /* 0: no key */
    struct kc_dw_table *next;
    struct kc_error why; /* why.status < 0: no record of this version can be written */

    uint32_t before, after, op; /* indexes into the envelope */
    uint32_t n_fields;          /* of the envelope */
    uint32_t n_columns;
    struct kc_dw_column *columns; /* of the row, or, in a cache for keys, of the key */
    struct kc_bytes names;        /* the columns' prefixes */
    struct kc_bytes head;         /* the document up to and including "before": (value cache only) */
    char *label;                  /* "db.table" */
};

struct kc_dw_zone;

struct kc_dw_cache {
    struct kc_dw_options options;
    int32_t which; /* KC_FOR_KEY or KC_FOR_VALUE */
    struct kc_dw_table *last;
    struct kc_dw_table *buckets[256];
    struct kc_dw_zone *zones;
};

void kc_dw_cache_init(struct kc_dw_cache *cache, const struct kc_dw_options *options, int32_t which);
void kc_dw_cache_finish(struct kc_dw_cache *cache);

/* Finds or makes the entry for a record; NULL: out of memory. The entry belongs to the cache; ask its why.status. */
struct kc_dw_table *kc_dw_cache_make(struct kc_dw_cache *cache, const struct kc_record *rec);

/* The same with the usual case, the table of the record before, decided in place. */
static inline struct kc_dw_table *kc_dw_cache_find(struct kc_dw_cache *cache, const struct kc_record *rec)
{
    uint64_t value_id = rec->value_schema != NULL ? rec->value_schema->id : 0;
    uint64_t key_id = rec->key_schema != NULL ? rec->key_schema->id : 0;
    struct kc_dw_table *t = cache->last;

    if (t != NULL && t->value_id == value_id && t->key_id == key_id)
        return t;
    return kc_dw_cache_make(cache, rec);
}

#endif
