/* ddl_column.h - a column's definition in ALTER TABLE or CREATE TABLE: the half of ddl_reader.h about types. */
#ifndef KC_MYSQL_DDL_COLUMN_H
#define KC_MYSQL_DDL_COLUMN_H

#include "flavor.h"
#include "sql_reader.h"
#include "table.h"

#include <kconnect/error.h>

/* What a definition says besides the column itself. */
struct kc_ddl_extras {
    bool primary;   /* PRIMARY KEY, or KEY alone */
    bool unique;    /* UNIQUE */
    bool said_null; /* NULL or NOT NULL */
};

/*
 * Reads type and attributes from the token in hand up to a comma, a closing parenthesis, FIRST, AFTER or the end, which is
 * then in hand. `charset` is the table's default, "": unknown. column->name is there already. Fills type_text (as the
 * server prints it), data_type, charset (NULL for a text: unknown), size_open and nullable. KC_ERR_UNSUPPORTED: a word that is not known; KC_ERR_NOMEM. The column's texts are
 * the caller's to free in any case.
 */
kc_status kc_ddl_column(enum kc_flavor flavor, struct kc_sql_reader *r, const char *charset,
                        struct kc_column *column, struct kc_ddl_extras *extras, struct kc_error *err);

/* Passes what stands in parentheses; the opening one is in hand, then the token behind the closing one is. */
void kc_ddl_skip_parentheses(struct kc_sql_reader *r);

/* "not understood at ..." */
kc_status kc_ddl_unknown(const struct kc_sql_reader *r, struct kc_error *err);

/* The character set of a collation's name: what stands before the first underscore. One that does not tell leaves `charset` alone. */
void kc_ddl_charset_of_collation(const char *collation, char *charset, size_t size);

#endif
