/* table_complete.h - what statements leave open about a table, out of the layout of its rows. */
#ifndef KC_MYSQL_TABLE_COMPLETE_H
#define KC_MYSQL_TABLE_COMPLETE_H

#include "table_map.h"

/*
 * A copy of `told` (ddl_reader.h) with the character sets that no statement said, and the sizes of texts that a statement
 * left to the server; finished by kc_table_finish(), and not compared with the layout in anything else but NULL.
 * KC_ERR_UNSUPPORTED: the layout does not tell either (with binlog_row_metadata=NO_LOG it has no character sets), or
 * disagrees; the message names the column. KC_ERR_CONFIG: a column that cannot be followed. KC_ERR_NOMEM.
 */
kc_status kc_table_complete(const struct kc_table *told, const struct kc_table_map *map,
                            struct kc_table **table, struct kc_error *err);

#endif
