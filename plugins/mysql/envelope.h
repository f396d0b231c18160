/*
 * envelope.h - change events in Debezium's envelope: schemas of a table, and records out of rows.
 *
 * Field order and names are the contract with every converter: see README.md, "What comes out". Schemas are made once
 * per table; a record costs two small arrays in the batch's arena and no other memory.
 */
#ifndef KC_MYSQL_ENVELOPE_H
#define KC_MYSQL_ENVELOPE_H

#include "flavor.h"
#include "table.h"

#include <kconnect/host.h>

enum kc_envelope_field {
    KC_ENVELOPE_BEFORE,
    KC_ENVELOPE_AFTER,
    KC_ENVELOPE_SOURCE,
    KC_ENVELOPE_TRANSACTION,
    KC_ENVELOPE_OP,
    KC_ENVELOPE_TS_MS,
    KC_ENVELOPE_TS_US,
    KC_ENVELOPE_TS_NS,
    KC_ENVELOPE_FIELDS,
};

enum kc_source_field {
    KC_SOURCE_VERSION,
    KC_SOURCE_CONNECTOR,
    KC_SOURCE_NAME,
    KC_SOURCE_TS_MS,
    KC_SOURCE_SNAPSHOT,
    KC_SOURCE_DB,
    KC_SOURCE_SEQUENCE,
    KC_SOURCE_TS_US,
    KC_SOURCE_TS_NS,
    KC_SOURCE_TABLE,
    KC_SOURCE_SERVER_ID,
    KC_SOURCE_GTID,
    KC_SOURCE_FILE,
    KC_SOURCE_POS,
    KC_SOURCE_ROW,
    KC_SOURCE_THREAD,
    KC_SOURCE_QUERY,
    KC_SOURCE_FIELDS,
};

/* What the schemas of all tables of a connector share. Strings are borrowed from the connector's configuration. */
struct kc_envelope {
    const char *prefix;
    const char *zone;
    const char *connector; /* "mysql" or "mariadb" */
    uint8_t zero_date;     /* enum kc_zero_date: for the columns of every table */
    const struct kc_schema *source;
    const struct kc_schema *transaction;
    const struct kc_schema *text;       /* required string */
    const struct kc_schema *optional64; /* optional int64 */
};

/* Makes the shared schemas. Free with kc_envelope_finish(), after a failure too. */
kc_status kc_envelope_init(struct kc_envelope *e, struct kc_ctx *ctx, enum kc_flavor flavor,
                           const char *prefix, const char *zone, struct kc_error *err);
void kc_envelope_finish(struct kc_envelope *e);

/* Makes the three schemas of a finished table and stores them in it; tells its columns what becomes of zero dates. */
kc_status kc_envelope_table(const struct kc_envelope *e, struct kc_ctx *ctx, struct kc_table *table,
                            struct kc_error *err);

/* What all rows of one event have in common. Strings live as long as the batch. */
struct kc_event_facts {
    const struct kc_table *table;
    struct kc_str file;
    struct kc_str gtid; /* len 0: none */
    uint64_t pos;
    int64_t event_us; /* commit time in the database, us since 1970 */
    int64_t now_ns;   /* the worker's clock */
    uint32_t server_id;
    uint32_t thread; /* 0: unknown */
    bool snapshot;
    struct kc_value source[KC_SOURCE_FIELDS]; /* filled by kc_envelope_facts() */
};

/* Makes facts->source out of the other members; each record then copies it and sets the row. */
void kc_envelope_facts(const struct kc_envelope *e, struct kc_event_facts *facts);

/*
 * Fills *rec for one row: op 'c', 'u', 'd' or 'r'; `before` and `after` are arrays of table->n_columns values or NULL,
 * and have to live as long as the batch. Sets everything but offset, sequence and checkpoint. KC_ERR_NOMEM.
 */
kc_status kc_envelope_record(const struct kc_event_facts *facts, char op, uint32_t row,
                             const struct kc_value *before, const struct kc_value *after,
                             struct kc_arena *arena, struct kc_record *rec, struct kc_error *err);

/* True when the key columns of the two images differ. */
bool kc_envelope_key_changed(const struct kc_table *table, const struct kc_value *before,
                             const struct kc_value *after);

#endif
