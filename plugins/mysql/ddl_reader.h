/*
 * ddl_reader.h - what ALTER TABLE and CREATE TABLE make of a definition, read from the statement itself.
 *
 * For rows that were written between two changes and do not tell their columns (binlog_row_metadata is not FULL), when
 * the server knows only the last. A tolerant reader: it understands what decides about columns and the key, passes over
 * the clauses that it knows to decide nothing, and gives up on every word that it does not know. A definition made here
 * is used only when the layout of the rows agrees with it, see table_change.h. Pure functions.
 */
#ifndef KC_MYSQL_DDL_READER_H
#define KC_MYSQL_DDL_READER_H

#include "flavor.h"
#include "table.h"

#include <kconnect/value.h>

/*
 * Applies the statement to `was`, which it names, alone while `current_database` is the table's, or qualified. *is: the
 * table behind it, finished by kc_table_finish(); without columns when it was dropped. A `was` without columns is an unknown
 * one, which only CREATE TABLE helps. KC_ERR_UNSUPPORTED: not understood, the message says where. KC_ERR_NOMEM.
 */
kc_status kc_ddl_apply(enum kc_flavor flavor, struct kc_str sql, struct kc_str current_database,
                       const struct kc_table *was, struct kc_table **is, struct kc_error *err);

#endif
