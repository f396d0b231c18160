/* table_reader.h - table definitions as the server has them now, from information_schema. */
#ifndef KC_MYSQL_TABLE_READER_H
#define KC_MYSQL_TABLE_READER_H

#include "ddl_reader.h"
#include "server.h"
#include "table.h"

/*
 * Reads one table, finished by kc_table_finish(); schemas and topic are still NULL. The key is the primary key, else
 * the first unique one (by name) without nullable columns and prefixes. Waits for a statement that is changing the
 * table: MySQL writes it into the binary log before others can see what it did. In a transaction nobody can change the
 * table until its end. KC_ERR_CONFIG: no such table or no right to see it (vendor_code KC_NO_SUCH_TABLE), a view, or a
 * column that cannot be followed.
 */
enum { KC_NO_SUCH_TABLE = 1146 }; /* the server's own number for it */

kc_status kc_table_read(MYSQL *mysql, const char *database, const char *name, struct kc_table **table,
                        struct kc_error *err);

/*
 * How names are compared on the server (*any_case: lower_case_table_names is on), and the character set of the
 * database's new tables, "" when there is no such database or the user may not see it.
 */
kc_status kc_names_read(MYSQL *mysql, const char *database, bool *any_case,
                        char charset[KC_CHARSET_NAME_BYTES], struct kc_error *err);

/* The server's estimate of the number of rows; 0: it has none. */
kc_status kc_table_estimate(MYSQL *mysql, const struct kc_table *table, uint64_t *rows, struct kc_error *err);

#endif
