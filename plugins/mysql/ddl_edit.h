/*
 * ddl_edit.h - what the clauses of a statement do to a table's columns and keys: the inner half of ddl_reader.h.
 *
 * Every function reads on from the token in hand and leaves the one behind its clause in hand. KC_ERR_UNSUPPORTED: not
 * understood; the table is then half changed and good for nothing but kc_table_destroy(). KC_ERR_NOMEM.
 */
#ifndef KC_MYSQL_DDL_EDIT_H
#define KC_MYSQL_DDL_EDIT_H

#include "ddl_column.h"
#include "ddl_reader.h"

/* A table's names as a statement has them. */
struct kc_ddl_name {
    char database[KC_SQL_WORD_BYTES];
    char table[KC_SQL_WORD_BYTES];
};

/* The table while the statement is applied to it. */
struct kc_ddl {
    enum kc_flavor flavor;
    struct kc_sql_reader r;
    struct kc_str current_database;
    const struct kc_ddl_tables *tables;
    struct kc_table *t; /* its key and schemas are made in the end */
    bool had_primary;
    bool key_given;    /* the statement says the primary key */
    bool other_unique; /* unique indexes come or go, which matters without a primary key */
    bool renamed;      /* to `new_name` */
    struct kc_ddl_name new_name;
};

kc_status kc_ddl_no_memory(struct kc_error *err);

/* Pass a keyword, or a sign, if it is in hand. */
bool kc_ddl_take(struct kc_ddl *a, const char *keyword);
bool kc_ddl_take_sign(struct kc_ddl *a, char sign);
/* "IF [NOT] EXISTS"; true: it was there. */
bool kc_ddl_take_if_exists(struct kc_ddl *a);

/* To the next comma outside of parentheses, or the end. */
void kc_ddl_skip_clause(struct kc_ddl *a);

/* True at the end of the statement. */
bool kc_ddl_at_end(const struct kc_ddl *a);

/* Copies the name in hand; the caller frees it. */
kc_status kc_ddl_take_name(struct kc_ddl *a, char **name, struct kc_error *err);

/* "[database.]table" */
kc_status kc_ddl_take_table(struct kc_ddl *a, struct kc_ddl_name *name, struct kc_error *err);

/* "[DEFAULT] CHARACTER SET = x" and "COLLATE y" of the table; KC_NOTHING: it is none of them. */
kc_status kc_ddl_charset_option(struct kc_ddl *a, struct kc_error *err);

/* Options of a table that say nothing of columns. */
bool kc_ddl_is_harmless(const struct kc_sql_reader *r);

/* All clauses of ALTER TABLE, behind the table's name (ddl_alter.c); a new name is left in `new_name`. */
kc_status kc_ddl_alter(struct kc_ddl *a, struct kc_error *err);

/* The columns, keys and options of CREATE TABLE, from the parenthesis behind the table's name (ddl_create.c). */
kc_status kc_ddl_create(struct kc_ddl *a, struct kc_error *err);

/* FIRST and AFTER, for the column at `at`. */
kc_status kc_ddl_take_place(struct kc_ddl *a, uint32_t at, struct kc_error *err);

/* Adds a column behind all others; `name` is consumed, its definition begins with the token in hand. */
kc_status kc_ddl_add_column(struct kc_ddl *a, char *name, struct kc_error *err);

/* CHANGE (`rename`) and MODIFY: another definition and, for CHANGE, another name. */
kc_status kc_ddl_replace_column(struct kc_ddl *a, bool rename, struct kc_error *err);

kc_status kc_ddl_drop_column(struct kc_ddl *a, struct kc_error *err);

/* "a TO b": which column, and the new name, which the caller frees or gives to it. */
kc_status kc_ddl_rename_column(struct kc_ddl *a, struct kc_column **renamed, char **name,
                               struct kc_error *err);

/* Gives the columns, whose names are still the old ones, these names in the indexes, all at once. */
kc_status kc_ddl_rename_in_indexes(struct kc_table *t, struct kc_column *const *columns, char *const *names,
                                   uint32_t n, struct kc_error *err);

bool kc_ddl_has_column(const struct kc_ddl *a, const char *name);

void kc_ddl_forget_key(struct kc_ddl *a);

/* An index, key or constraint that is added or created; KC_NOTHING: it is none of them, and the word is still in hand (ddl_index.c). */
kc_status kc_ddl_index_clause(struct kc_ddl *a, struct kc_error *err);

/* An index that is created: "name [USING x] (parts)"; the token behind UNIQUE and INDEX is in hand. `symbol` names it else, or NULL. */
kc_status kc_ddl_create_index(struct kc_ddl *a, bool unique, const char *symbol, struct kc_error *err);

/* The index of the name in hand goes; one that is not known decides nothing. */
kc_status kc_ddl_drop_index(struct kc_ddl *a, struct kc_error *err);

/* "a TO b" of an index. */
kc_status kc_ddl_rename_index(struct kc_ddl *a, struct kc_error *err);

/* The column of the name in hand. */
kc_status kc_ddl_take_column(struct kc_ddl *a, struct kc_column **column, struct kc_error *err);

#endif
