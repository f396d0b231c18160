/*
 * statement.h - what a statement in the binary log does to which tables, as far as the source must know.
 *
 * A tolerant reader of words: it knows quotes, comments and the first word, not the grammar. In doubt it says that a
 * table is touched, and the caller looks at the table.
 */
#ifndef KC_MYSQL_STATEMENT_H
#define KC_MYSQL_STATEMENT_H

#include <kconnect/value.h>
#include <stdbool.h>

enum kc_statement_kind {
    KC_STATEMENT_OTHER,    /* of no interest: GRANT, CREATE VIEW, DROP TEMPORARY TABLE ... */
    KC_STATEMENT_TABLES,   /* ALTER, CREATE, DROP, RENAME of tables and indexes */
    KC_STATEMENT_TRUNCATE, /* all rows gone, without row events */
    KC_STATEMENT_ROWS,     /* INSERT, UPDATE ...: logged as a statement, so its rows are unknown */
    KC_STATEMENT_DATABASE, /* ALTER, CREATE or DROP DATABASE */
};

enum kc_statement_kind kc_statement_kind(struct kc_str sql);

/*
 * True when the statement names the table, alone while `current_database` is its database, or qualified with it. For
 * KC_STATEMENT_ROWS only the part before the values or conditions counts; for KC_STATEMENT_DATABASE the database's name.
 */
bool kc_statement_names(struct kc_str sql, struct kc_str current_database, const char *database,
                        const char *table);

#endif
