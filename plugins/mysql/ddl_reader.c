#include "ddl_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

#include "ddl_edit.h"

/* ---- ALTER TABLE ---- */

static kc_status alter_add(struct kc_ddl *a, struct kc_error *err)
{
    static const char *const others[] = {"PARTITION", "PERIOD", "SYSTEM", NULL};
    bool column = kc_ddl_take(a, "COLUMN");
    kc_status status = column ? KC_NOTHING : kc_ddl_index_clause(a, err);
    char *name = NULL;

    if (status != KC_NOTHING)
        return status;
    if (!column && kc_sql_one_of(&a->r, others)) {
        if (!kc_sql_is(&a->r, "PARTITION"))
            return kc_ddl_unknown(&a->r, err);
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
    kc_ddl_take_if_exists(a);
    if (kc_ddl_take_sign(a, '(')) {
        do {
            status = kc_ddl_index_clause(a, err);
            if (status == KC_NOTHING) {
                status = kc_ddl_take_name(a, &name, err);
                if (status == KC_OK)
                    status = kc_ddl_add_column(a, name, err);
            }
        } while (status == KC_OK && kc_ddl_take_sign(a, ','));
        return status == KC_OK && !kc_ddl_take_sign(a, ')') ? kc_ddl_unknown(&a->r, err) : status;
    }
    status = kc_ddl_take_name(a, &name, err);
    if (status == KC_OK)
        status = kc_ddl_add_column(a, name, err);
    return status == KC_OK ? kc_ddl_take_place(a, a->t->n_columns - 1, err) : status;
}

static kc_status alter_drop(struct kc_ddl *a, struct kc_error *err)
{
    static const char *const indexes[] = {"INDEX", "KEY", "CONSTRAINT", NULL};
    static const char *const harmless[] = {"FOREIGN", "CHECK", "PARTITION", NULL};

    if (kc_ddl_take(a, "COLUMN"))
        return kc_ddl_drop_column(a, err);
    if (kc_ddl_take(a, "PRIMARY")) {
        kc_ddl_forget_key(a);
        return kc_ddl_take(a, "KEY") ? KC_OK : kc_ddl_unknown(&a->r, err);
    }
    if (kc_sql_one_of(&a->r, indexes)) {
        kc_sql_next(&a->r);
        kc_ddl_take_if_exists(a);
        if (strcasecmp(a->r.word, "PRIMARY") == 0)
            return kc_ddl_unknown(&a->r, err);
        a->other_unique = true; /* whichever it was: without a primary key the key is unknown */
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
    if (kc_sql_one_of(&a->r, harmless)) {
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
    return kc_ddl_drop_column(a, err);
}

static kc_status set_default_charset(struct kc_ddl *a, const char *name, struct kc_error *err)
{
    char charset[64];

    kc_ddl_charset_of_collation(name, charset, sizeof(charset));
    free(a->t->charset);
    a->t->charset = strdup(charset);
    return a->t->charset != NULL ? KC_OK : kc_ddl_no_memory(err);
}

/* "[DEFAULT] CHARACTER SET = x" and "COLLATE y"; KC_NOTHING: it is none of them. */
static kc_status charset_option(struct kc_ddl *a, struct kc_error *err)
{
    kc_status status;

    (void)kc_ddl_take(a, "DEFAULT");
    if (kc_ddl_take(a, "CHARACTER")) {
        if (!kc_ddl_take(a, "SET"))
            return kc_ddl_unknown(&a->r, err);
    } else if (!kc_ddl_take(a, "CHARSET") && !kc_ddl_take(a, "COLLATE")) {
        return KC_NOTHING;
    }
    (void)kc_ddl_take_sign(a, '=');
    status = set_default_charset(a, a->r.word, err);
    kc_sql_next(&a->r);
    return status;
}

/* Options that say nothing of columns. */
static bool is_harmless(const struct kc_sql_reader *r)
{
    static const char *const words[] = {"ENGINE",
                                        "COMMENT",
                                        "AUTO_INCREMENT",
                                        "ROW_FORMAT",
                                        "FORCE",
                                        "ALGORITHM",
                                        "LOCK",
                                        "ORDER",
                                        "DISABLE",
                                        "ENABLE",
                                        "KEY_BLOCK_SIZE",
                                        "MAX_ROWS",
                                        "MIN_ROWS",
                                        "AVG_ROW_LENGTH",
                                        "CHECKSUM",
                                        "STATS_PERSISTENT",
                                        "STATS_AUTO_RECALC",
                                        "STATS_SAMPLE_PAGES",
                                        "COMPRESSION",
                                        "ENCRYPTION",
                                        "TABLESPACE",
                                        "PACK_KEYS",
                                        "DELAY_KEY_WRITE",
                                        "ALTER",
                                        "COALESCE",
                                        "PAGE_COMPRESSED",
                                        "TRANSACTIONAL",
                                        "REORGANIZE",
                                        "PARTITION",
                                        "REMOVE",
                                        "ANALYZE",
                                        "CHECK",
                                        "OPTIMIZE",
                                        "REPAIR",
                                        "REBUILD",
                                        "TRUNCATE",
                                        NULL};

    return kc_sql_one_of(r, words);
}

/* All renamings of one statement see the names before it. */
struct renaming {
    struct kc_column *column;
    char *name;
};

static kc_status alter_clause(struct kc_ddl *a, struct kc_error *err)
{
    kc_status status;

    if (kc_ddl_take(a, "ADD"))
        return alter_add(a, err);
    if (kc_ddl_take(a, "DROP"))
        return alter_drop(a, err);
    if (kc_ddl_take(a, "MODIFY"))
        return kc_ddl_replace_column(a, false, err);
    if (kc_ddl_take(a, "CHANGE"))
        return kc_ddl_replace_column(a, true, err);
    if (is_harmless(&a->r)) {
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
    status = charset_option(a, err);
    return status == KC_NOTHING ? kc_ddl_unknown(&a->r, err) : status;
}

/* RENAME COLUMN a TO b, RENAME COLUMN b TO a: only next to each other, or alone. */
static kc_status alter_renames(struct kc_ddl *a, struct kc_error *err)
{
    enum { RENAMES = 32 };
    struct renaming renames[RENAMES];
    kc_status status = KC_OK;
    uint32_t n = 0;

    do {
        if (n == RENAMES || !kc_ddl_take(a, "RENAME") || !kc_ddl_take(a, "COLUMN"))
            status = kc_ddl_unknown(&a->r, err);
        else
            status = kc_ddl_rename_column(a, &renames[n].column, &renames[n].name, err);
        n += status == KC_OK;
    } while (status == KC_OK && kc_ddl_take_sign(a, ','));
    for (uint32_t i = 0; i < n; i++) {
        if (status == KC_OK) {
            free(renames[i].column->name);
            renames[i].column->name = renames[i].name;
        } else {
            free(renames[i].name);
        }
    }
    return status;
}

static kc_status alter_table(struct kc_ddl *a, struct kc_error *err)
{
    kc_status status;

    if (kc_sql_is(&a->r, "RENAME"))
        return alter_renames(a, err);
    do
        status = alter_clause(a, err);
    while (status == KC_OK && kc_ddl_take_sign(a, ','));
    return status;
}

/* ---- CREATE TABLE ---- */

static kc_status create_options(struct kc_ddl *a, struct kc_error *err)
{
    while (a->r.token != KC_SQL_END && !kc_sql_sign(&a->r, ';')) {
        kc_status status = charset_option(a, err);

        if (status < 0)
            return status;
        if (status == KC_OK)
            continue;
        if (kc_sql_is(&a->r, "PARTITION")) /* to the end */
            return KC_OK;
        if (!is_harmless(&a->r))
            return kc_ddl_unknown(&a->r, err);
        kc_sql_next(&a->r);
        (void)kc_ddl_take_sign(a, '=');
        kc_sql_next(&a->r);
        (void)kc_ddl_take_sign(a, ',');
    }
    return KC_OK;
}

/* Columns need the table's default character set, which stands behind them: it is looked up first. */
static kc_status create_table(struct kc_ddl *a, struct kc_error *err)
{
    struct kc_sql_reader at = a->r;
    struct kc_table *t = kc_table_create(a->t->database, a->t->name, 0);
    kc_status status;

    if (t == NULL)
        return kc_ddl_no_memory(err);
    kc_table_destroy(a->t);
    a->t = t;
    a->had_primary = false;
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

/* ---- all of it ---- */

/* Reads the name of the table that the statement is about. *other: it is not this one. */
static kc_status take_table(struct kc_ddl *a, struct kc_str current_database, bool *other,
                            struct kc_error *err)
{
    struct kc_str database = current_database, name = {NULL, 0, 0};
    char texts[2][KC_SQL_WORD_BYTES];

    kc_ddl_take_if_exists(a);
    for (int i = 0; i < 2; i++) {
        if (a->r.token != KC_SQL_WORD && a->r.token != KC_SQL_QUOTED)
            return kc_ddl_unknown(&a->r, err);
        (void)snprintf(texts[i], sizeof(texts[i]), "%s", a->r.word);
        if (i == 1)
            database = name;
        name = kc_str(texts[i]);
        kc_sql_next(&a->r);
        if (a->r.token != KC_SQL_DOT)
            break;
        kc_sql_next(&a->r);
    }
    *other = strcasecmp(name.ptr, a->t->name) != 0 || database.len != strlen(a->t->database) ||
             strncasecmp(database.ptr, a->t->database, database.len) != 0;
    return KC_OK;
}

/* CREATE INDEX and DROP INDEX; the word behind CREATE or DROP is in hand. */
static bool is_index(struct kc_ddl *a, bool drop)
{
    static const char *const words[] = {"INDEX", "FULLTEXT", "SPATIAL", "UNIQUE", "ONLINE", "OFFLINE", NULL};

    a->other_unique = drop || kc_sql_is(&a->r, "UNIQUE");
    return kc_sql_one_of(&a->r, words);
}

/* A statement about another table leaves this one alone, unless it takes its name. */
static kc_status pass_other(struct kc_ddl *a, struct kc_error *err)
{
    for (; a->r.token != KC_SQL_END; kc_sql_next(&a->r))
        if (kc_sql_is(&a->r, "RENAME"))
            return kc_ddl_unknown(&a->r, err);
    return KC_OK;
}

/* DROP TABLE a, b: without columns nothing agrees with it but what is created anew. */
static kc_status drop_table(struct kc_ddl *a, struct kc_error *err)
{
    struct kc_table *t = kc_table_create(a->t->database, a->t->name, 0);

    if (t == NULL)
        return kc_ddl_no_memory(err);
    kc_table_destroy(a->t);
    a->t = t;
    a->had_primary = false;
    return KC_OK;
}

static kc_status apply(struct kc_ddl *a, struct kc_str current_database, struct kc_error *err)
{
    bool create = kc_sql_is(&a->r, "CREATE"), drop = kc_sql_is(&a->r, "DROP"), other = true;
    kc_status status;

    if (!create && !drop && !kc_sql_is(&a->r, "ALTER"))
        return kc_ddl_unknown(&a->r, err);
    kc_sql_next(&a->r);
    if (create && kc_ddl_take(a, "OR"))
        (void)kc_ddl_take(a, "REPLACE");
    if ((create || drop) && is_index(a, drop))
        return KC_OK;
    a->other_unique = false;
    if (!create && !drop) {
        (void)kc_ddl_take(a, "ONLINE");
        (void)kc_ddl_take(a, "IGNORE");
    }
    if (!kc_ddl_take(a, "TABLE") || (create && kc_sql_is(&a->r, "IF")))
        return kc_ddl_unknown(&a->r, err);
    if (drop)
        return drop_table(a, err);
    status = take_table(a, current_database, &other, err);
    if (status < 0)
        return status;
    if (other)
        return pass_other(a, err);
    if (a->t->n_columns == 0 && !create)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "the table before the statement is unknown");
    status = create ? create_table(a, err) : alter_table(a, err);
    if (status == KC_OK && !create && a->r.token != KC_SQL_END && !kc_sql_sign(&a->r, ';'))
        status = kc_ddl_unknown(&a->r, err);
    return status;
}

/* Keys that a statement changed in a way that the definition alone cannot tell. */
static kc_status check_key(struct kc_ddl *a, struct kc_error *err)
{
    struct kc_table *t = a->t;
    bool any = false;

    for (uint32_t i = 0; i < t->n_columns; i++)
        any = any || t->columns[i].key_position >= 0;
    if (a->key_given)
        t->primary_key = true;
    if (a->r.conditional)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "it has an executable comment");
    if ((a->had_primary && !t->primary_key) || (t->primary_key && !any) ||
        (!t->primary_key && a->other_unique))
        return kc_fail(err, KC_ERR_UNSUPPORTED, "which unique index is the key now is unknown");
    return KC_OK;
}

static kc_status copy(const struct kc_table *was, struct kc_table **out, struct kc_error *err)
{
    char *json;
    enum kc_table_trust trust;
    kc_status status;

    if (was->n_columns == 0) {
        *out = kc_table_create(was->database, was->name, 0);
        return *out != NULL ? KC_OK : kc_ddl_no_memory(err);
    }
    json = kc_table_to_json(was, KC_TABLE_RIGHT);
    if (json == NULL)
        return kc_ddl_no_memory(err);
    status = kc_table_from_json(json, strlen(json), out, &trust, err);
    free(json);
    return status;
}

kc_status kc_ddl_apply(enum kc_flavor flavor, struct kc_str sql, struct kc_str current_database,
                       const struct kc_table *was, struct kc_table **is, struct kc_error *err)
{
    struct kc_ddl a = {.flavor = flavor, .had_primary = was->primary_key};
    kc_status status = copy(was, &a.t, err);

    if (status < 0)
        return status;
    kc_sql_begin(&a.r, sql);
    kc_sql_next(&a.r);
    status = apply(&a, current_database, err);
    if (status == KC_OK)
        status = check_key(&a, err);
    free(a.t->key);
    a.t->key = NULL;
    if (status == KC_OK)
        status = kc_table_finish(a.t, err);
    if (status < 0) {
        kc_table_destroy(a.t);
        return status == KC_ERR_CONFIG || status == KC_ERR_FATAL ? KC_ERR_UNSUPPORTED : status;
    }
    *is = a.t;
    return KC_OK;
}
