/*
 * table_index.h - the indexes of a table besides its primary key, and which of them is its key without one.
 *
 * The key is then the first unique index, by name, whose parts are whole columns that are NOT NULL: of the names in small
 * letters, byte by byte, which no collation of a server changes. Names of indexes and columns are the same in any case of
 * their ASCII letters, as on the servers.
 */
#ifndef KC_MYSQL_TABLE_INDEX_H
#define KC_MYSQL_TABLE_INDEX_H

#include "table.h"

/* A new index without columns behind the others; NULL: out of memory. `name` NULL: named later, by kc_table_name_index(). */
struct kc_index *kc_table_add_index(struct kc_table *table, const char *name, bool unique);

/* KC_ERR_NOMEM. */
kc_status kc_index_add_column(struct kc_index *index, const char *column, struct kc_error *err);

/* The name that the servers give an index without one: that of its first column, or this and _2, _3 ... KC_ERR_NOMEM. */
kc_status kc_table_name_index(struct kc_table *table, struct kc_index *index, struct kc_error *err);

/* NULL: there is none of the name. */
struct kc_index *kc_table_find_index(const struct kc_table *table, const char *name);

void kc_table_drop_index(struct kc_table *table, struct kc_index *index);
void kc_table_clear_indexes(struct kc_table *table);
kc_status kc_table_copy_indexes(struct kc_table *to, const struct kc_table *from, struct kc_error *err);

/* A column goes; an index of nothing else goes too. */
void kc_table_drop_from_indexes(struct kc_table *table, const char *column);

/* Makes key_position of the columns, for a table without a primary key. */
void kc_table_choose_unique(struct kc_table *table);

#endif
