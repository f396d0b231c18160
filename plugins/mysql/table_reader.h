/* table_reader.h - table definitions as the server has them now, from information_schema. */
#ifndef KC_MYSQL_TABLE_READER_H
#define KC_MYSQL_TABLE_READER_H

#include "server.h"
#include "table.h"

/*
 * Reads one table, finished by kc_table_finish(); schemas and topic are still NULL. The key is the primary key, else
 * the first unique one (by name) without nullable columns and prefixes. KC_ERR_CONFIG: no such table or no right to
 * see it, a view, or a column that cannot be followed.
 */
kc_status kc_table_read(MYSQL *mysql, const char *database, const char *name, struct kc_table **table,
                        struct kc_error *err);

/* The server's estimate of the number of rows; 0: it has none. */
kc_status kc_table_estimate(MYSQL *mysql, const struct kc_table *table, uint64_t *rows, struct kc_error *err);

#endif
