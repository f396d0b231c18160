#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

#include "ddl_edit.h"

enum { RENAMES = 32 };

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
    if (kc_ddl_take_if_exists(a) && kc_ddl_has_column(a, a->r.word)) {
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
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
        return kc_ddl_drop_index(a, err);
    }
    if (kc_sql_one_of(&a->r, harmless)) {
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
    return kc_ddl_drop_column(a, err);
}

/* ---- character sets ---- */

static kc_status set_charset(char **to, const char *charset, struct kc_error *err)
{
    char *copy = charset[0] != '\0' ? strdup(charset) : NULL;

    if (charset[0] != '\0' && copy == NULL)
        return kc_ddl_no_memory(err);
    free(*to);
    *to = copy;
    return KC_OK;
}

/* "CHARACTER SET x" or "COLLATE y" as a character set; "": unknown. KC_NOTHING: neither is in hand. */
static kc_status take_charset(struct kc_ddl *a, char charset[KC_CHARSET_NAME_BYTES], struct kc_error *err)
{
    if (kc_ddl_take(a, "CHARACTER")) {
        if (!kc_ddl_take(a, "SET"))
            return kc_ddl_unknown(&a->r, err);
    } else if (!kc_ddl_take(a, "CHARSET") && !kc_ddl_take(a, "COLLATE")) {
        return KC_NOTHING;
    }
    (void)kc_ddl_take_sign(a, '=');
    if (a->r.token == KC_SQL_END || a->r.token == KC_SQL_SIGN)
        return kc_ddl_unknown(&a->r, err);
    if (kc_sql_is(&a->r, "DEFAULT"))
        (void)snprintf(charset, KC_CHARSET_NAME_BYTES, "%s",
                       a->tables->charset(a->tables->who, a->t->database));
    else
        kc_ddl_charset_of_collation(a->r.word, charset, KC_CHARSET_NAME_BYTES);
    kc_sql_next(&a->r);
    return KC_OK;
}

kc_status kc_ddl_charset_option(struct kc_ddl *a, struct kc_error *err)
{
    char charset[KC_CHARSET_NAME_BYTES] = "";
    kc_status status;

    (void)snprintf(charset, sizeof(charset), "%s", a->t->charset != NULL ? a->t->charset : "");
    (void)kc_ddl_take(a, "DEFAULT");
    status = take_charset(a, charset, err);
    return status == KC_OK ? set_charset(&a->t->charset, charset, err) : status;
}

static bool is_text(const struct kc_column *c)
{
    static const char *const types[] = {"char",     "varchar", "tinytext", "text", "mediumtext",
                                        "longtext", "enum",    "set",      NULL};

    for (size_t i = 0; types[i] != NULL; i++)
        if (strncasecmp(c->type_text, types[i], strlen(types[i])) == 0)
            return strcmp(types[i], "set") != 0 || c->type_text[3] == '(';
    return false;
}

/*
 * "CONVERT TO CHARACTER SET x [COLLATE y]": of every text, which the server makes longer where its characters need more
 * bytes; how long, the layout of the rows tells.
 */
static kc_status convert(struct kc_ddl *a, struct kc_error *err)
{
    char charset[KC_CHARSET_NAME_BYTES] = "";
    kc_status status = kc_ddl_take(a, "TO") ? take_charset(a, charset, err) : KC_NOTHING;

    if (status == KC_OK && kc_sql_is(&a->r, "COLLATE"))
        status = take_charset(a, charset, err);
    if (status != KC_OK)
        return status < 0 ? status : kc_ddl_unknown(&a->r, err);
    if (strcmp(charset, "binary") == 0)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "texts become bytes");
    status = set_charset(&a->t->charset, charset, err);
    for (uint32_t i = 0; i < a->t->n_columns && status == KC_OK; i++) {
        struct kc_column *c = &a->t->columns[i];

        if (!is_text(c))
            continue;
        c->size_open = true;
        status = set_charset(&c->charset, charset, err);
    }
    return status;
}

static bool is_charset(const struct kc_sql_reader *r)
{
    static const char *const words[] = {"DEFAULT", "CHARACTER", "CHARSET", "COLLATE", NULL};

    return kc_sql_one_of(r, words);
}

/* Options of a table may stand there without commas: the one of the character set is not passed over with another. */
static void skip_option(struct kc_ddl *a)
{
    static const char *const whole[] = {"ALTER", "ORDER", "PARTITION", NULL};

    if (kc_sql_one_of(&a->r, whole)) {
        kc_ddl_skip_clause(a);
        return;
    }
    while (!kc_ddl_at_end(a) && !kc_sql_sign(&a->r, ',') && !kc_sql_sign(&a->r, ')') && !is_charset(&a->r))
        if (kc_sql_sign(&a->r, '('))
            kc_ddl_skip_parentheses(&a->r);
        else
            kc_sql_next(&a->r);
}

/* ---- names ---- */

/* "RENAME COLUMN a TO b": which column, and its new name, for later: all renamings of a statement see the names before it. */
struct renames {
    struct kc_column *columns[RENAMES];
    char *names[RENAMES];
    uint32_t n;
};

static kc_status alter_rename(struct kc_ddl *a, struct renames *renames, struct kc_error *err)
{
    kc_status status;

    if (kc_ddl_take(a, "COLUMN")) {
        if (renames->n == RENAMES)
            return kc_ddl_unknown(&a->r, err);
        status = kc_ddl_rename_column(a, &renames->columns[renames->n], &renames->names[renames->n], err);
        renames->n += status == KC_OK;
        return status;
    }
    if (kc_ddl_take(a, "INDEX") || kc_ddl_take(a, "KEY"))
        return kc_ddl_rename_index(a, err);
    if (!kc_ddl_take(a, "TO") && !kc_ddl_take(a, "AS"))
        (void)kc_ddl_take_sign(a, '=');
    a->renamed = true;
    return kc_ddl_take_table(a, &a->new_name, err);
}

static kc_status alter_clause(struct kc_ddl *a, struct renames *renames, struct kc_error *err)
{
    kc_status status;

    if (kc_ddl_take(a, "RENAME"))
        return alter_rename(a, renames, err);
    if (renames->n > 0 && !kc_ddl_is_harmless(&a->r)) /* columns may be meant by either name, and may move */
        return kc_ddl_unknown(&a->r, err);
    if (kc_ddl_take(a, "ADD"))
        return alter_add(a, err);
    if (kc_ddl_take(a, "DROP"))
        return alter_drop(a, err);
    if (kc_ddl_take(a, "MODIFY"))
        return kc_ddl_replace_column(a, false, err);
    if (kc_ddl_take(a, "CHANGE"))
        return kc_ddl_replace_column(a, true, err);
    if (kc_ddl_take(a, "CONVERT"))
        return convert(a, err);
    if (kc_ddl_is_harmless(&a->r)) {
        skip_option(a);
        return KC_OK;
    }
    status = kc_ddl_charset_option(a, err);
    return status == KC_NOTHING ? kc_ddl_unknown(&a->r, err) : status;
}

kc_status kc_ddl_alter(struct kc_ddl *a, struct kc_error *err)
{
    struct renames renames = {.n = 0};
    kc_status status;

    do
        status = alter_clause(a, &renames, err);
    while (status == KC_OK && (kc_ddl_take_sign(a, ',') || is_charset(&a->r)));
    if (status == KC_OK)
        status = kc_ddl_rename_in_indexes(a->t, renames.columns, renames.names, renames.n, err);
    for (uint32_t i = 0; i < renames.n; i++) {
        if (status == KC_OK) {
            free(renames.columns[i]->name);
            renames.columns[i]->name = renames.names[i];
        } else {
            free(renames.names[i]);
        }
    }
    return status == KC_OK && !kc_ddl_at_end(a) ? kc_ddl_unknown(&a->r, err) : status;
}

/* Options that say nothing of columns. */
bool kc_ddl_is_harmless(const struct kc_sql_reader *r)
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
                                        "CONNECTION",
                                        "INSERT_METHOD",
                                        "PAGE_CHECKSUM",
                                        "SECONDARY_ENGINE",
                                        "START", /* START TRANSACTION: of a CREATE TABLE ... SELECT */
                                        NULL};

    return kc_sql_one_of(r, words);
}
