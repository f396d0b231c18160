#include "ddl_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

#include "ddl_column.h"

enum { MAX_COLUMNS = 4096 };

/* The table while the statement is applied to it. */
struct applying {
    enum kc_flavor flavor;
    struct kc_sql_reader r;
    struct kc_table *t; /* its key and schemas are made in the end */
    bool had_primary;
    bool key_given;    /* the statement says the primary key */
    bool other_unique; /* unique indexes come or go, which matters without a primary key */
};

static kc_status no_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory for a statement");
}

static bool take(struct applying *a, const char *keyword)
{
    if (!kc_sql_is(&a->r, keyword))
        return false;
    kc_sql_next(&a->r);
    return true;
}

static bool take_sign(struct applying *a, char sign)
{
    if (!kc_sql_sign(&a->r, sign))
        return false;
    kc_sql_next(&a->r);
    return true;
}

static void take_if_exists(struct applying *a)
{
    if (take(a, "IF")) {
        (void)take(a, "NOT");
        (void)take(a, "EXISTS");
    }
}

/* To the next comma outside of parentheses, or the end. */
static void skip_clause(struct applying *a)
{
    while (a->r.token != KC_SQL_END && !kc_sql_sign(&a->r, ',') && !kc_sql_sign(&a->r, ')'))
        if (kc_sql_sign(&a->r, '('))
            kc_ddl_skip_parentheses(&a->r);
        else
            kc_sql_next(&a->r);
}

/* ---- columns ---- */

static struct kc_column *find(struct kc_table *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_columns; i++)
        if (strcasecmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    return NULL;
}

static void free_column(struct kc_column *c)
{
    for (uint32_t i = 0; i < c->n_labels; i++)
        free(c->labels[i]);
    free(c->labels);
    free(c->name);
    free(c->type_text);
    free(c->data_type);
    free(c->charset);
    memset(c, 0, sizeof(*c));
    c->key_position = -1;
}

/* Copies the name in hand. */
static kc_status take_name(struct applying *a, char **name, struct kc_error *err)
{
    if (a->r.token != KC_SQL_WORD && a->r.token != KC_SQL_QUOTED)
        return kc_ddl_unknown(&a->r, err);
    *name = strdup(a->r.word);
    kc_sql_next(&a->r);
    return *name != NULL ? KC_OK : no_memory(err);
}

static kc_status take_column(struct applying *a, struct kc_column **column, struct kc_error *err)
{
    *column = a->r.token == KC_SQL_WORD || a->r.token == KC_SQL_QUOTED ? find(a->t, a->r.word) : NULL;
    if (*column == NULL)
        return kc_ddl_unknown(&a->r, err);
    kc_sql_next(&a->r);
    return KC_OK;
}

/* Moves a column so that it stands at `to`, counted without it. */
static void move_column(struct kc_table *t, uint32_t from, uint32_t to)
{
    struct kc_column c = t->columns[from];

    memmove(t->columns + from, t->columns + from + 1, (t->n_columns - from - 1) * sizeof(c));
    memmove(t->columns + to + 1, t->columns + to, (t->n_columns - 1 - to) * sizeof(c));
    t->columns[to] = c;
}

/* FIRST and AFTER, for the column at `at`. */
static kc_status take_place(struct applying *a, uint32_t at, struct kc_error *err)
{
    struct kc_column *before;
    kc_status status;
    uint32_t i;

    if (take(a, "FIRST")) {
        move_column(a->t, at, 0);
        return KC_OK;
    }
    if (!take(a, "AFTER"))
        return KC_OK;
    status = take_column(a, &before, err);
    if (status < 0)
        return status;
    i = (uint32_t)(before - a->t->columns);
    if (i == at)
        return kc_ddl_unknown(&a->r, err);
    move_column(a->t, at, i < at ? i + 1 : i);
    return KC_OK;
}

static kc_status append(struct kc_table *t, struct kc_column *c, struct kc_error *err)
{
    struct kc_column *grown;

    if (t->n_columns >= MAX_COLUMNS || find(t, c->name) != NULL)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "column %s is there already", c->name);
    grown = realloc(t->columns, (t->n_columns + 1) * sizeof(*grown));
    if (grown == NULL)
        return no_memory(err);
    t->columns = grown;
    grown[t->n_columns++] = *c;
    memset(c, 0, sizeof(*c));
    return KC_OK;
}

/* What PRIMARY KEY and UNIQUE behind a column do; a unique index decides only where there is no primary key. */
static kc_status apply_extras(struct applying *a, struct kc_column *c, const struct kc_ddl_extras *x,
                              struct kc_error *err)
{
    if (x->primary) {
        if (a->key_given)
            return kc_fail(err, KC_ERR_UNSUPPORTED, "the primary key is given twice");
        a->key_given = true;
        c->key_position = 0;
        c->nullable = false;
    }
    if (x->unique && !x->primary)
        a->other_unique = true;
    return KC_OK;
}

/* `name` is consumed. The definition begins with the token in hand. */
static kc_status add_column(struct applying *a, char *name, struct kc_error *err)
{
    struct kc_column c = {.name = name, .key_position = -1};
    struct kc_ddl_extras extras;
    kc_status status =
        kc_ddl_column(a->flavor, &a->r, a->t->charset != NULL ? a->t->charset : "", &c, &extras, err);

    if (status == KC_OK)
        status = apply_extras(a, &c, &extras, err);
    if (status == KC_OK)
        status = append(a->t, &c, err);
    free_column(&c);
    return status;
}

/* CHANGE and MODIFY: another definition and, for CHANGE, another name. */
static kc_status replace_column(struct applying *a, bool rename, struct kc_error *err)
{
    struct kc_column *was, c = {.key_position = -1};
    struct kc_ddl_extras extras;
    uint32_t at;
    kc_status status;

    (void)take(a, "COLUMN");
    take_if_exists(a);
    status = take_column(a, &was, err);
    if (status < 0)
        return status;
    at = (uint32_t)(was - a->t->columns);
    if (rename)
        status = take_name(a, &c.name, err);
    else if ((c.name = strdup(was->name)) == NULL)
        status = no_memory(err);
    if (status == KC_OK)
        status =
            kc_ddl_column(a->flavor, &a->r, a->t->charset != NULL ? a->t->charset : "", &c, &extras, err);
    if (status == KC_OK) {
        c.key_position = was->key_position;
        if (find(a->t, c.name) != NULL &&
            find(a->t, c.name) != was) /* all clauses mean the names of before */
            status = kc_fail(err, KC_ERR_UNSUPPORTED, "column %s takes the name of another one", c.name);
        if (c.key_position >= 0)
            c.nullable = false;
        if (!a->t->primary_key && c.nullable != was->nullable)
            status = kc_fail(err, KC_ERR_UNSUPPORTED, "which unique index is the key now is unknown");
    }
    if (status == KC_OK)
        status = apply_extras(a, &c, &extras, err);
    if (status < 0) {
        free_column(&c);
        return status;
    }
    free_column(was);
    *was = c;
    return take_place(a, at, err);
}

static kc_status drop_column(struct applying *a, struct kc_error *err)
{
    struct kc_table *t = a->t;
    struct kc_column *c;
    int32_t place;
    kc_status status;

    take_if_exists(a);
    status = take_column(a, &c, err);
    if (status < 0)
        return status;
    if (!t->primary_key || t->n_columns == 1)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "which unique index is the key now is unknown");
    place = c->key_position;
    free_column(c);
    memmove(c, c + 1, (size_t)(t->columns + t->n_columns - c - 1) * sizeof(*c));
    t->n_columns--;
    for (uint32_t i = 0; i < t->n_columns && place >= 0; i++)
        if (t->columns[i].key_position > place)
            t->columns[i].key_position--;
    skip_clause(a); /* RESTRICT, CASCADE */
    return KC_OK;
}

static kc_status rename_column(struct applying *a, struct kc_column **renamed, char **name,
                               struct kc_error *err)
{
    kc_status status = take_column(a, renamed, err);

    if (status == KC_OK && !take(a, "TO"))
        return kc_ddl_unknown(&a->r, err);
    return status == KC_OK ? take_name(a, name, err) : status;
}

/* ---- keys ---- */

static void forget_key(struct applying *a)
{
    for (uint32_t i = 0; i < a->t->n_columns; i++)
        a->t->columns[i].key_position = -1;
    a->t->primary_key = false;
}

/* "PRIMARY KEY USING BTREE (a, b DESC)"; the word behind PRIMARY is in hand. */
static kc_status primary_key(struct applying *a, struct kc_error *err)
{
    int32_t place = 0;

    if (!take(a, "KEY") || a->key_given)
        return kc_ddl_unknown(&a->r, err);
    forget_key(a);
    while (a->r.token == KC_SQL_WORD || a->r.token == KC_SQL_QUOTED) /* a name, USING BTREE */
        kc_sql_next(&a->r);
    if (!kc_sql_sign(&a->r, '('))
        return kc_ddl_unknown(&a->r, err);
    do {
        struct kc_column *c;
        kc_status status;

        kc_sql_next(&a->r);
        status = take_column(a, &c, err);
        if (status < 0)
            return status;
        if (c->key_position >= 0)
            return kc_ddl_unknown(&a->r, err);
        c->key_position = place++;
        c->nullable = false;
        if (!take(a, "ASC"))
            (void)take(a, "DESC");
    } while (kc_sql_sign(&a->r, ','));
    if (!take_sign(a, ')'))
        return kc_ddl_unknown(&a->r, err); /* the prefix of a column, for one */
    a->key_given = true;
    skip_clause(a);
    return KC_OK;
}

/* An index, key or constraint that is added or created; KC_NOTHING: it is none of them, and the word is still in hand. */
static kc_status index_clause(struct applying *a, struct kc_error *err)
{
    static const char *const plain[] = {"INDEX", "KEY", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", NULL};

    if (take(a, "CONSTRAINT")) {
        static const char *const kinds[] = {"PRIMARY", "UNIQUE", "FOREIGN", "CHECK", NULL};

        take_if_exists(a);
        if (!kc_sql_one_of(&a->r, kinds))
            kc_sql_next(&a->r);
    }
    if (take(a, "PRIMARY"))
        return primary_key(a, err);
    if (kc_sql_is(&a->r, "UNIQUE"))
        a->other_unique = true;
    else if (!kc_sql_one_of(&a->r, plain))
        return KC_NOTHING;
    skip_clause(a);
    return KC_OK;
}

/* ---- ALTER TABLE ---- */

static kc_status alter_add(struct applying *a, struct kc_error *err)
{
    static const char *const others[] = {"PARTITION", "PERIOD", "SYSTEM", NULL};
    bool column = take(a, "COLUMN");
    kc_status status = column ? KC_NOTHING : index_clause(a, err);
    char *name = NULL;

    if (status != KC_NOTHING)
        return status;
    if (!column && kc_sql_one_of(&a->r, others)) {
        if (!kc_sql_is(&a->r, "PARTITION"))
            return kc_ddl_unknown(&a->r, err);
        skip_clause(a);
        return KC_OK;
    }
    take_if_exists(a);
    if (take_sign(a, '(')) {
        do {
            status = index_clause(a, err);
            if (status == KC_NOTHING) {
                status = take_name(a, &name, err);
                if (status == KC_OK)
                    status = add_column(a, name, err);
            }
        } while (status == KC_OK && take_sign(a, ','));
        return status == KC_OK && !take_sign(a, ')') ? kc_ddl_unknown(&a->r, err) : status;
    }
    status = take_name(a, &name, err);
    if (status == KC_OK)
        status = add_column(a, name, err);
    return status == KC_OK ? take_place(a, a->t->n_columns - 1, err) : status;
}

static kc_status alter_drop(struct applying *a, struct kc_error *err)
{
    static const char *const indexes[] = {"INDEX", "KEY", "CONSTRAINT", NULL};
    static const char *const harmless[] = {"FOREIGN", "CHECK", "PARTITION", NULL};

    if (take(a, "COLUMN"))
        return drop_column(a, err);
    if (take(a, "PRIMARY")) {
        forget_key(a);
        return take(a, "KEY") ? KC_OK : kc_ddl_unknown(&a->r, err);
    }
    if (kc_sql_one_of(&a->r, indexes)) {
        kc_sql_next(&a->r);
        take_if_exists(a);
        if (strcasecmp(a->r.word, "PRIMARY") == 0)
            return kc_ddl_unknown(&a->r, err);
        a->other_unique = true; /* whichever it was: without a primary key the key is unknown */
        skip_clause(a);
        return KC_OK;
    }
    if (kc_sql_one_of(&a->r, harmless)) {
        skip_clause(a);
        return KC_OK;
    }
    return drop_column(a, err);
}

static kc_status set_default_charset(struct applying *a, const char *name, struct kc_error *err)
{
    char charset[64];

    kc_ddl_charset_of_collation(name, charset, sizeof(charset));
    free(a->t->charset);
    a->t->charset = strdup(charset);
    return a->t->charset != NULL ? KC_OK : no_memory(err);
}

/* "[DEFAULT] CHARACTER SET = x" and "COLLATE y"; KC_NOTHING: it is none of them. */
static kc_status charset_option(struct applying *a, struct kc_error *err)
{
    kc_status status;

    (void)take(a, "DEFAULT");
    if (take(a, "CHARACTER")) {
        if (!take(a, "SET"))
            return kc_ddl_unknown(&a->r, err);
    } else if (!take(a, "CHARSET") && !take(a, "COLLATE")) {
        return KC_NOTHING;
    }
    (void)take_sign(a, '=');
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

static kc_status alter_clause(struct applying *a, struct kc_error *err)
{
    kc_status status;

    if (take(a, "ADD"))
        return alter_add(a, err);
    if (take(a, "DROP"))
        return alter_drop(a, err);
    if (take(a, "MODIFY"))
        return replace_column(a, false, err);
    if (take(a, "CHANGE"))
        return replace_column(a, true, err);
    if (is_harmless(&a->r)) {
        skip_clause(a);
        return KC_OK;
    }
    status = charset_option(a, err);
    return status == KC_NOTHING ? kc_ddl_unknown(&a->r, err) : status;
}

/* RENAME COLUMN a TO b, RENAME COLUMN b TO a: only next to each other, or alone. */
static kc_status alter_renames(struct applying *a, struct kc_error *err)
{
    enum { RENAMES = 32 };
    struct renaming renames[RENAMES];
    kc_status status = KC_OK;
    uint32_t n = 0;

    do {
        if (n == RENAMES || !take(a, "RENAME") || !take(a, "COLUMN"))
            status = kc_ddl_unknown(&a->r, err);
        else
            status = rename_column(a, &renames[n].column, &renames[n].name, err);
        n += status == KC_OK;
    } while (status == KC_OK && take_sign(a, ','));
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

static kc_status alter_table(struct applying *a, struct kc_error *err)
{
    kc_status status;

    if (kc_sql_is(&a->r, "RENAME"))
        return alter_renames(a, err);
    do
        status = alter_clause(a, err);
    while (status == KC_OK && take_sign(a, ','));
    return status;
}

/* ---- CREATE TABLE ---- */

static kc_status create_options(struct applying *a, struct kc_error *err)
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
        (void)take_sign(a, '=');
        kc_sql_next(&a->r);
        (void)take_sign(a, ',');
    }
    return KC_OK;
}

/* Columns need the table's default character set, which stands behind them: it is looked up first. */
static kc_status create_table(struct applying *a, struct kc_error *err)
{
    struct kc_sql_reader at = a->r;
    struct kc_table *t = kc_table_create(a->t->database, a->t->name, 0);
    kc_status status;

    if (t == NULL)
        return no_memory(err);
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
        status = index_clause(a, err);
        if (status != KC_NOTHING)
            continue;
        status = take_name(a, &name, err);
        if (status == KC_OK)
            status = add_column(a, name, err);
    } while (status == KC_OK && kc_sql_sign(&a->r, ','));
    return status == KC_OK && (!take_sign(a, ')') || a->t->n_columns == 0) ? kc_ddl_unknown(&a->r, err)
                                                                           : status;
}

/* ---- all of it ---- */

/* Reads the name of the table that the statement is about. *other: it is not this one. */
static kc_status take_table(struct applying *a, struct kc_str current_database, bool *other,
                            struct kc_error *err)
{
    struct kc_str database = current_database, name = {NULL, 0, 0};
    char texts[2][KC_SQL_WORD_BYTES];

    take_if_exists(a);
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
static bool is_index(struct applying *a, bool drop)
{
    static const char *const words[] = {"INDEX", "FULLTEXT", "SPATIAL", "UNIQUE", "ONLINE", "OFFLINE", NULL};

    a->other_unique = drop || kc_sql_is(&a->r, "UNIQUE");
    return kc_sql_one_of(&a->r, words);
}

/* A statement about another table leaves this one alone, unless it takes its name. */
static kc_status pass_other(struct applying *a, struct kc_error *err)
{
    for (; a->r.token != KC_SQL_END; kc_sql_next(&a->r))
        if (kc_sql_is(&a->r, "RENAME"))
            return kc_ddl_unknown(&a->r, err);
    return KC_OK;
}

/* DROP TABLE a, b: without columns nothing agrees with it but what is created anew. */
static kc_status drop_table(struct applying *a, struct kc_error *err)
{
    struct kc_table *t = kc_table_create(a->t->database, a->t->name, 0);

    if (t == NULL)
        return no_memory(err);
    kc_table_destroy(a->t);
    a->t = t;
    a->had_primary = false;
    return KC_OK;
}

static kc_status apply(struct applying *a, struct kc_str current_database, struct kc_error *err)
{
    bool create = kc_sql_is(&a->r, "CREATE"), drop = kc_sql_is(&a->r, "DROP"), other = true;
    kc_status status;

    if (!create && !drop && !kc_sql_is(&a->r, "ALTER"))
        return kc_ddl_unknown(&a->r, err);
    kc_sql_next(&a->r);
    if (create && take(a, "OR"))
        (void)take(a, "REPLACE");
    if ((create || drop) && is_index(a, drop))
        return KC_OK;
    a->other_unique = false;
    if (!create && !drop) {
        (void)take(a, "ONLINE");
        (void)take(a, "IGNORE");
    }
    if (!take(a, "TABLE") || (create && kc_sql_is(&a->r, "IF")))
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
static kc_status check_key(struct applying *a, struct kc_error *err)
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
        return *out != NULL ? KC_OK : no_memory(err);
    }
    json = kc_table_to_json(was, KC_TABLE_RIGHT);
    if (json == NULL)
        return no_memory(err);
    status = kc_table_from_json(json, strlen(json), out, &trust, err);
    free(json);
    return status;
}

kc_status kc_ddl_apply(enum kc_flavor flavor, struct kc_str sql, struct kc_str current_database,
                       const struct kc_table *was, struct kc_table **is, struct kc_error *err)
{
    struct applying a = {.flavor = flavor, .had_primary = was->primary_key};
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
