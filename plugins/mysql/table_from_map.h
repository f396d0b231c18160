/*
 * table_from_map.h - a definition out of a TABLE_MAP event that has names (binlog_row_metadata=FULL).
 *
 * For rows older than the table that the server has now. The event tells names, types, signs, NULL, character sets,
 * labels and the primary key; the rest (the very text of a type, a key that is a unique index) is taken from older or
 * newer definitions of the same table where they agree with the event.
 */
#ifndef KC_MYSQL_TABLE_FROM_MAP_H
#define KC_MYSQL_TABLE_FROM_MAP_H

#include "table_map.h"

/*
 * Makes the definition, finished by kc_table_finish(). `told` is the same version as statements tell it,
 * or NULL; `known` are other versions, NULLs are passed over. `arena` is for texts on the way.
 * KC_ERR_UNSUPPORTED: the event does not say enough, the message says what is missing. KC_ERR_CONFIG: a column that
 * cannot be followed. KC_ERR_NOMEM.
 */
kc_status kc_table_from_map(const struct kc_table_map *map, const struct kc_table *told,
                            const struct kc_table *const *known, uint32_t n, struct kc_arena *arena,
                            struct kc_table **table, struct kc_error *err);

#endif
