#include "ddl_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

#include "ddl_edit.h"
#include "table_index.h"

static const struct kc_table *find(const struct kc_ddl *a, const struct kc_ddl_name *n)
{
    return a->tables->find(a->tables->who, n->database, n->table);
}

static kc_status put(const struct kc_ddl *a, const struct kc_ddl_name *n, struct kc_table *is,
                     struct kc_error *err)
{
    return a->tables->put(a->tables->who, n->database, n->table, is, err);
}

/* The table does not exist from here on. */
static kc_status put_nothing(const struct kc_ddl *a, const struct kc_ddl_name *n, struct kc_error *err)
{
    struct kc_table *t = kc_table_create(n->database, n->table, 0);

    return t != NULL ? put(a, n, t, err) : kc_ddl_no_memory(err);
}

/* ---- one table is changed ---- */

/* Takes a copy of the table into hand. KC_NOTHING: it is unknown. */
static kc_status take_copy(struct kc_ddl *a, const struct kc_ddl_name *n, struct kc_error *err)
{
    const struct kc_table *was = find(a, n);

    if (was == NULL || was->n_columns == 0)
        return KC_NOTHING;
    a->had_primary = was->primary_key;
    a->t = kc_table_copy(was, n->database, n->table);
    return a->t != NULL ? KC_OK : kc_ddl_no_memory(err);
}

/* The key that the statement leaves. */
static kc_status finish_key(struct kc_ddl *a, struct kc_error *err)
{
    struct kc_table *t = a->t;
    bool any = false;

    for (uint32_t i = 0; i < t->n_columns; i++)
        any = any || t->columns[i].key_position >= 0;
    if (a->key_given)
        t->primary_key = true;
    if (t->primary_key && any)
        return KC_OK;
    if (t->indexes_known)
        kc_table_choose_unique(t);
    else if (a->had_primary || t->primary_key || a->other_unique)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "which unique index is the key now is unknown");
    return KC_OK;
}

/* Hands the table over. */
static kc_status give(struct kc_ddl *a, const struct kc_ddl_name *n, struct kc_error *err)
{
    struct kc_table *t = a->t;
    kc_status status = finish_key(a, err);

    if (status == KC_OK)
        status = kc_table_prepare(t, err);
    if (status < 0)
        return status == KC_ERR_NOMEM ? status : KC_ERR_UNSUPPORTED;
    a->t = NULL;
    return put(a, n, t, err);
}

/* ---- statements ---- */

/* What becomes of a table that nothing is known of matters only to the table whose name it takes. */
static kc_status alter_unknown(struct kc_ddl *a, const struct kc_ddl_name *n, struct kc_error *err)
{
    static const char *const parts[] = {"COLUMN", "INDEX", "KEY", NULL};
    bool first = true;
    kc_status status;

    for (; !kc_ddl_at_end(a); first = kc_ddl_take_sign(a, ',')) {
        if (first && kc_ddl_take(a, "RENAME") && !kc_sql_one_of(&a->r, parts)) {
            if (!kc_ddl_take(a, "TO") && !kc_ddl_take(a, "AS"))
                (void)kc_ddl_take_sign(a, '=');
            status = kc_ddl_take_table(a, &a->new_name, err);
            if (status == KC_OK)
                status = put_nothing(a, n, err);
            return status == KC_OK ? put(a, &a->new_name, NULL, err) : status;
        }
        kc_ddl_skip_clause(a);
        if (kc_sql_sign(&a->r, ')'))
            return kc_ddl_unknown(&a->r, err);
    }
    return put(a, n, NULL, err);
}

static void pass_patience(struct kc_ddl *a)
{
    if (kc_ddl_take(a, "WAIT"))
        kc_sql_next(&a->r);
    else
        (void)kc_ddl_take(a, "NOWAIT");
}

/* "ALTER TABLE name ..."; the word behind TABLE is in hand. */
static kc_status alter_table(struct kc_ddl *a, struct kc_error *err)
{
    struct kc_ddl_name n;
    kc_status status;

    (void)kc_ddl_take_if_exists(a);
    status = kc_ddl_take_table(a, &n, err);
    if (status < 0)
        return status;
    pass_patience(a);
    status = take_copy(a, &n, err);
    if (status == KC_NOTHING)
        return alter_unknown(a, &n, err);
    if (status == KC_OK)
        status = kc_ddl_alter(a, err);
    if (status < 0 || !a->renamed)
        return status < 0 ? status : give(a, &n, err);
    status = put_nothing(a, &n, err);
    if (status == KC_OK)
        status = kc_table_rename(a->t, a->new_name.database, a->new_name.table, err);
    return status == KC_OK ? give(a, &a->new_name, err) : status;
}

/* `to` is from here on what `from` is now. */
static kc_status put_copy(struct kc_ddl *a, const struct kc_ddl_name *from, const struct kc_ddl_name *to,
                          struct kc_error *err)
{
    const struct kc_table *was = find(a, from);
    struct kc_table *is = NULL;

    if (was != NULL && was->n_columns > 0) {
        is = kc_table_copy(was, to->database, to->table);
        if (is == NULL)
            return kc_ddl_no_memory(err);
    }
    return put(a, to, is, err);
}

/* "LIKE other" and "(LIKE other)": everything but foreign keys. */
static kc_status create_like(struct kc_ddl *a, const struct kc_ddl_name *n, struct kc_error *err)
{
    struct kc_ddl_name other;
    kc_status status = kc_ddl_take_table(a, &other, err);

    return status == KC_OK ? put_copy(a, &other, n, err) : status;
}

/* "CREATE [OR REPLACE] TABLE name ..."; the word behind TABLE is in hand. */
static kc_status create_table(struct kc_ddl *a, struct kc_error *err)
{
    bool may_be_there = kc_ddl_take_if_exists(a), like;
    struct kc_sql_reader at;
    const struct kc_table *was;
    struct kc_ddl_name n;
    kc_status status = kc_ddl_take_table(a, &n, err);

    if (status < 0)
        return status;
    was = find(a, &n);
    if (may_be_there && (was == NULL || was->n_columns > 0)) /* it is as it was, known or not */
        return was != NULL ? KC_OK : put(a, &n, NULL, err);
    at = a->r;
    (void)kc_ddl_take_sign(a, '(');
    like = kc_ddl_take(a, "LIKE");
    if (like)
        return create_like(a, &n, err);
    a->r = at;
    a->t = kc_table_create(n.database, n.table, 0);
    if (a->t == NULL)
        return kc_ddl_no_memory(err);
    status = kc_ddl_create(a, err);
    return status == KC_OK ? give(a, &n, err) : status;
}

/* "DROP TABLE [IF EXISTS] a, b" */
static kc_status drop_tables(struct kc_ddl *a, struct kc_error *err)
{
    kc_status status;

    (void)kc_ddl_take_if_exists(a);
    do {
        struct kc_ddl_name n;

        status = kc_ddl_take_table(a, &n, err);
        if (status == KC_OK)
            status = put_nothing(a, &n, err);
    } while (status == KC_OK && kc_ddl_take_sign(a, ','));
    return status;
}

/* "RENAME TABLE a TO b, c TO a": one after the other. */
static kc_status rename_tables(struct kc_ddl *a, struct kc_error *err)
{
    kc_status status;

    (void)kc_ddl_take_if_exists(a);
    do {
        struct kc_ddl_name from, to;

        status = kc_ddl_take_table(a, &from, err);
        if (status < 0)
            return status;
        pass_patience(a);
        if (!kc_ddl_take(a, "TO"))
            return kc_ddl_unknown(&a->r, err);
        status = kc_ddl_take_table(a, &to, err);
        if (status == KC_OK)
            status = put_copy(a, &from, &to, err);
        if (status == KC_OK)
            status = put_nothing(a, &from, err);
    } while (status == KC_OK && kc_ddl_take_sign(a, ','));
    return status == KC_OK && !kc_ddl_at_end(a) ? kc_ddl_unknown(&a->r, err) : status;
}

/* "CREATE [UNIQUE] INDEX name ON table (...)" and "DROP INDEX name ON table"; the name is in hand. */
static kc_status change_index(struct kc_ddl *a, bool create, bool unique, struct kc_error *err)
{
    struct kc_sql_reader at = a->r;
    struct kc_ddl_name n;
    kc_status status;

    while (!kc_ddl_at_end(a) && !kc_sql_is(&a->r, "ON"))
        kc_sql_next(&a->r);
    if (!kc_ddl_take(a, "ON"))
        return kc_ddl_unknown(&a->r, err);
    status = kc_ddl_take_table(a, &n, err);
    if (status == KC_OK)
        status = take_copy(a, &n, err);
    if (status == KC_NOTHING)
        return put(a, &n, NULL, err);
    a->r = at;
    if (status == KC_OK)
        status = create ? kc_ddl_create_index(a, unique, NULL, err) : kc_ddl_drop_index(a, err);
    return status == KC_OK ? give(a, &n, err) : status;
}

/* KC_NOTHING: the statement is not about an index. */
static kc_status index_statement(struct kc_ddl *a, bool create, struct kc_error *err)
{
    bool unique;

    (void)(kc_ddl_take(a, "ONLINE") || kc_ddl_take(a, "OFFLINE"));
    unique = kc_ddl_take(a, "UNIQUE");
    (void)(kc_ddl_take(a, "FULLTEXT") || kc_ddl_take(a, "SPATIAL"));
    return kc_ddl_take(a, "INDEX") ? change_index(a, create, unique, err) : KC_NOTHING;
}

static kc_status apply(struct kc_ddl *a, struct kc_error *err)
{
    bool create = kc_ddl_take(a, "CREATE"), drop = !create && kc_ddl_take(a, "DROP"),
         rename = !create && !drop && kc_ddl_take(a, "RENAME");

    if (!create && !drop && !rename && !kc_ddl_take(a, "ALTER"))
        return kc_ddl_unknown(&a->r, err);
    if (create && kc_ddl_take(a, "OR"))
        (void)kc_ddl_take(a, "REPLACE");
    if (create || drop) {
        kc_status status = index_statement(a, create, err);

        if (status != KC_NOTHING)
            return status;
    } else if (!rename) {
        (void)kc_ddl_take(a, "ONLINE");
        (void)kc_ddl_take(a, "IGNORE");
    }
    if (!kc_ddl_take(a, "TABLE") && !((drop || rename) && kc_ddl_take(a, "TABLES")))
        return kc_ddl_unknown(&a->r, err);
    return create ? create_table(a, err)
           : drop ? drop_tables(a, err)
                  : (rename ? rename_tables(a, err) : alter_table(a, err));
}

kc_status kc_ddl_apply(enum kc_flavor flavor, struct kc_str sql, struct kc_str current_database,
                       const struct kc_ddl_tables *tables, struct kc_error *err)
{
    struct kc_ddl a = {.flavor = flavor, .current_database = current_database, .tables = tables};
    kc_status status;

    kc_sql_begin(&a.r, sql);
    kc_sql_next(&a.r);
    status = apply(&a, err);
    if (status == KC_OK && a.r.conditional)
        status = kc_fail(err, KC_ERR_UNSUPPORTED, "it has an executable comment");
    kc_table_destroy(a.t);
    return status;
}

/* ---- databases ---- */

enum kc_ddl_database kc_ddl_read_database(struct kc_str sql, struct kc_str current_database,
                                          const char *database, char *charset)
{
    struct kc_sql_reader r;
    bool drop, ours;

    charset[0] = '\0';
    kc_sql_begin(&r, sql);
    kc_sql_next(&r);
    drop = kc_sql_is(&r, "DROP");
    while (r.token != KC_SQL_END && !kc_sql_is(&r, "DATABASE") && !kc_sql_is(&r, "SCHEMA"))
        kc_sql_next(&r);
    kc_sql_next(&r);
    if (kc_sql_is(&r, "IF"))
        while (kc_sql_is(&r, "IF") || kc_sql_is(&r, "NOT") || kc_sql_is(&r, "EXISTS"))
            kc_sql_next(&r);
    ours = (r.token == KC_SQL_WORD || r.token == KC_SQL_QUOTED) && strcasecmp(r.word, database) == 0;
    if (!ours && current_database.len == strlen(database) && /* ALTER DATABASE of the session's */
        strncasecmp(current_database.ptr, database, current_database.len) == 0) {
        static const char *const options[] = {"DEFAULT", "CHARACTER", "CHARSET", "COLLATE", NULL};

        ours = kc_sql_one_of(&r, options);
    }
    if (!ours || drop)
        return ours ? KC_DDL_DATABASE_DROPPED : KC_DDL_DATABASE_KEPT;
    for (; r.token != KC_SQL_END; kc_sql_next(&r)) {
        bool set = kc_sql_is(&r, "CHARACTER");

        if (!set && !kc_sql_is(&r, "CHARSET") && !kc_sql_is(&r, "COLLATE"))
            continue;
        kc_sql_next(&r);
        if (set)
            kc_sql_next(&r);
        if (kc_sql_sign(&r, '='))
            kc_sql_next(&r);
        kc_ddl_charset_of_collation(r.word, charset, KC_CHARSET_NAME_BYTES);
    }
    return KC_DDL_DATABASE_ALTERED;
}
