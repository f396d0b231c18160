/* table.h - one version of a table's definition: what turns row images and result rows into typed values. */
#ifndef KC_MYSQL_TABLE_H
#define KC_MYSQL_TABLE_H

#include <kconnect/error.h>
#include <kconnect/record.h>
#include <kconnect/schema.h>
#include <stdbool.h>

/* What a column's values become; one file per family does both directions (binlog image and SELECT text). */
enum kc_family {
    KC_FAMILY_UNSUPPORTED, /* the table cannot be followed: FAILED with the column's name */
    KC_FAMILY_INTEGER,
    KC_FAMILY_DECIMAL,
    KC_FAMILY_FLOAT,  /* FLOAT and DOUBLE */
    KC_FAMILY_STRING, /* CHAR VARCHAR TEXT, converted to UTF-8 */
    KC_FAMILY_BYTES,  /* BINARY VARBINARY BLOB */
    KC_FAMILY_DATE,
    KC_FAMILY_DATETIME,
    KC_FAMILY_TIMESTAMP,
    KC_FAMILY_TIME,
    KC_FAMILY_YEAR,
    KC_FAMILY_BIT,
    KC_FAMILY_ENUM,
    KC_FAMILY_SET,
    KC_FAMILY_JSON,
};

struct kc_table;

struct kc_column {
    char *name;
    char *type_text; /* COLUMN_TYPE as the server prints it: "int(10) unsigned" */
    char *data_type; /* DATA_TYPE: "int" */
    char *charset;   /* CHARACTER_SET_NAME, or NULL: no text */
    char **labels;   /* ENUM, SET: in order, UTF-8; else NULL */
    uint32_t n_labels;
    enum kc_family family;
    uint8_t
        wire_type; /* type byte the binlog's table map must show (MYSQL_TYPE_LONG ...), after enum/set unwrapping */
    uint8_t text_charset; /* STRING: enum kc_charset (charset.h) */
    bool is_unsigned;
    bool nullable;
    bool generated;       /* a virtual column: SELECT shows it; MySQL and MariaDB log it in FULL row images */
    uint8_t bytes;        /* INTEGER: 1 2 3 4 8 */
    uint8_t fsp;          /* digits of a second's fraction, 0..6 */
    uint8_t precision;    /* DECIMAL */
    uint8_t scale;        /* DECIMAL */
    uint32_t length;      /* CHAR, BINARY: declared length; BIT: bits */
    int32_t key_position; /* 0.. in the key; -1: not part of it */
    bool
        size_open; /* TEXT, VARCHAR: a statement may have made it longer, and the log's layout tells; see kc_table_complete() */
    uint8_t zero_date;            /* enum kc_zero_date (zero_date.h); set with the schemas, 0 before */
    const struct kc_table *table; /* whose column it is, for messages; set with the schemas, NULL before */
};

/* An index besides the primary key; where there is no primary key, one of these is the key (table_index.h). */
struct kc_index {
    char *name;
    char **columns; /* by name, in the index's order */
    uint32_t n_columns;
    bool unique;
    bool whole; /* no part of it is an expression or the beginning of a column */
};

/*
 * Immutable once made; the source owns it and keeps it for as long as any batch points at its schemas' names.
 * The three schemas are references taken from kc_host.schema_new.
 */
struct kc_table {
    char *database;
    char *name;
    struct kc_column *columns;
    uint32_t n_columns;
    char *charset;      /* for columns to come; NULL: unknown */
    bool primary_key;   /* the key is the primary key; false: another one, or unknown */
    bool indexes_known; /* `indexes` has all that there are */
    struct kc_index *indexes;
    uint32_t n_indexes;
    uint32_t n_key;                          /* 0: no usable key */
    uint32_t *key;                           /* column indexes in key order */
    const struct kc_schema *row_schema;      /* "<prefix>.<db>.<table>.Value" */
    const struct kc_schema *key_schema;      /* "<prefix>.<db>.<table>.Key", NULL without a key */
    const struct kc_schema *envelope_schema; /* "<prefix>.<db>.<table>.Envelope", version 2 */
    const struct kc_topic *topic;
};

/* An empty definition with copies of the names and room for the columns; NULL: out of memory. */
struct kc_table *kc_table_create(const char *database, const char *name, uint32_t n_columns);

/* Frees the definition and gives its schemas back. NULL is ignored. */
void kc_table_destroy(struct kc_table *table);

/* A copy without schemas and topic, under these names; NULL: out of memory. */
struct kc_table *kc_table_copy(const struct kc_table *table, const char *database, const char *name);

/*
 * Replaces two malloc'ed texts of a table or a column by copies of others, which are no part of them. KC_ERR_NOMEM, and
 * neither is changed.
 */
kc_status kc_table_set_texts(char **first, const char *new_first, char **second, const char *new_second,
                             struct kc_error *err);

/* Gives the table other names. KC_ERR_NOMEM, and nothing is changed. */
kc_status kc_table_rename(struct kc_table *table, const char *database, const char *name,
                          struct kc_error *err);

/*
 * Classifies the columns (column.h) and makes `key` from their key_position. KC_ERR_CONFIG: a column's type cannot be
 * followed; the message names it.
 */
kc_status kc_table_finish(struct kc_table *table, struct kc_error *err);

/* The same for a table out of statements, whose columns may be texts in an unknown character set: what cannot be
 * followed is no error yet. It is good for kc_table_complete() only. */
kc_status kc_table_prepare(struct kc_table *table, struct kc_error *err);

/*
 * Compares what decides how rows are read and written: names, types, charsets, NULL, key, order. True: equal. Else
 * `difference` is a clause such as "column price is decimal(12,2) now, it was decimal(10,2)".
 */
bool kc_table_equal(const struct kc_table *was, const struct kc_table *is, char *difference, size_t size);

/* True when two rows with equal keys have equal kc_chunk_key()s: the same key columns in the same order. */
bool kc_table_same_key(const struct kc_table *was, const struct kc_table *is);

/* How far a stored definition goes, see table_change.h. */
enum kc_table_trust {
    KC_TABLE_RIGHT, /* it is that of the stream's place */
    KC_TABLE_STALE, /* a statement may have changed the table since */
    KC_TABLE_TOLD, /* made out of what the statements said (ddl_reader.h), to be completed; may be without columns */
};

/* The definition as JSON text for the connector's state, malloc'ed; NULL: out of memory. */
char *kc_table_to_json(const struct kc_table *table, enum kc_table_trust trust);

/* Reads such text, finished like by kc_table_finish(), what was told like by kc_table_prepare(). KC_ERR_CONFIG: not such a text, or of a newer version. */
kc_status kc_table_from_json(const char *text, size_t len, struct kc_table **table,
                             enum kc_table_trust *trust, struct kc_error *err);

#endif
