/*
 * ddl_reader.h - what statements make of tables, read from the statements themselves.
 *
 * For rows that were written between two changes and do not tell their columns (binlog_row_metadata is not FULL), when
 * the server knows only the last. A tolerant reader of ALTER TABLE, CREATE TABLE (LIKE, IF NOT EXISTS), DROP TABLE,
 * RENAME TABLE, CREATE and DROP INDEX and what is said of databases: it understands what decides about columns, keys and
 * names, passes over the clauses that it knows to decide nothing, and gives up on every word that it does not know. A
 * definition made here is used only when the layout of the rows agrees with it, see table_change.h. Pure functions.
 */
#ifndef KC_MYSQL_DDL_READER_H
#define KC_MYSQL_DDL_READER_H

#include "flavor.h"
#include "table.h"

#include <kconnect/value.h>

enum { KC_CHARSET_NAME_BYTES = 64 };

/* Where the reader finds tables, by the names that the statement has, and puts what becomes of them. */
struct kc_ddl_tables {
    void *who;
    /* The table as it is, until the next put; one without columns does not exist; NULL: unknown. */
    const struct kc_table *(*find)(void *who, const char *database, const char *name);
    /* The table is this from now on, with names that the receiver may change; it takes it over, on failure too. NULL: unknown. */
    kc_status (*put)(void *who, const char *database, const char *name, struct kc_table *is,
                     struct kc_error *err);
    /* The character set of a database's new tables; "": unknown. */
    const char *(*charset)(void *who, const char *database);
};

/*
 * Applies a statement on tables or indexes. What is put is made by kc_table_prepare(). KC_ERR_UNSUPPORTED: not understood, the message
 * says where; every table that the statement names is unknown then, those that were put already, too. KC_ERR_NOMEM.
 */
kc_status kc_ddl_apply(enum kc_flavor flavor, struct kc_str sql, struct kc_str current_database,
                       const struct kc_ddl_tables *tables, struct kc_error *err);

enum kc_ddl_database {
    KC_DDL_DATABASE_KEPT,    /* another database, or nothing that matters here */
    KC_DDL_DATABASE_ALTERED, /* or created: new tables have another character set */
    KC_DDL_DATABASE_DROPPED,
};

/*
 * What ALTER, CREATE or DROP DATABASE does to `database`. charset, of KC_CHARSET_NAME_BYTES: for new tables, "": the
 * statement does not say.
 */
enum kc_ddl_database kc_ddl_read_database(struct kc_str sql, struct kc_str current_database,
                                          const char *database, char *charset);

#endif
