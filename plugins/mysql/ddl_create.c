#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "ddl_edit.h"

/* Behind the columns. A query behind the options may add columns: given up. */
static kc_status create_options(struct kc_ddl *a, struct kc_error *err)
{
    while (!kc_ddl_at_end(a)) {
        kc_status status = kc_ddl_charset_option(a, err);

        if (status < 0)
            return status;
        if (status == KC_OK || kc_ddl_take_sign(a, ','))
            continue;
        if (kc_sql_is(&a->r, "PARTITION")) /* to the end */
            return KC_OK;
        if (!kc_ddl_is_harmless(&a->r))
            return kc_ddl_unknown(&a->r, err);
        kc_sql_next(&a->r);
        (void)kc_ddl_take_sign(a, '=');
        if (kc_sql_sign(&a->r, '('))
            kc_ddl_skip_parentheses(&a->r);
        else
            kc_sql_next(&a->r);
    }
    return KC_OK;
}

/* Columns need the table's default character set, which stands behind them: it is looked up first. */
kc_status kc_ddl_create(struct kc_ddl *a, struct kc_error *err)
{
    const char *charset = a->tables->charset(a->tables->who, a->t->database);
    struct kc_sql_reader at = a->r;
    kc_status status;

    a->t->indexes_known = true;
    a->t->charset = charset[0] != '\0' ? strdup(charset) : NULL;
    if (charset[0] != '\0' && a->t->charset == NULL)
        return kc_ddl_no_memory(err);
    if (!kc_sql_sign(&a->r, '('))
        return kc_ddl_unknown(&a->r, err);
    kc_ddl_skip_parentheses(&a->r);
    status = create_options(a, err);
    a->r = at;
    if (status < 0)
        return status;
    do {
        char *name = NULL;

        kc_sql_next(&a->r);
        status = kc_ddl_index_clause(a, err);
        if (status != KC_NOTHING)
            continue;
        status = kc_ddl_take_name(a, &name, err);
        if (status == KC_OK)
            status = kc_ddl_add_column(a, name, err);
    } while (status == KC_OK && kc_sql_sign(&a->r, ','));
    return status == KC_OK && (!kc_ddl_take_sign(a, ')') || a->t->n_columns == 0) ? kc_ddl_unknown(&a->r, err)
                                                                                  : status;
}
