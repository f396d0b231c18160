#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

#include "ddl_edit.h"
#include "table_index.h"

void kc_ddl_forget_key(struct kc_ddl *a)
{
    for (uint32_t i = 0; i < a->t->n_columns; i++)
        a->t->columns[i].key_position = -1;
    a->t->primary_key = false;
}

/* "PRIMARY KEY USING BTREE (a, b DESC)"; the word behind PRIMARY is in hand. */
static kc_status primary_key(struct kc_ddl *a, struct kc_error *err)
{
    int32_t place = 0;

    if (!kc_ddl_take(a, "KEY") || a->key_given)
        return kc_ddl_unknown(&a->r, err);
    kc_ddl_forget_key(a);
    while (a->r.token == KC_SQL_WORD || a->r.token == KC_SQL_QUOTED) /* a name, USING BTREE */
        kc_sql_next(&a->r);
    if (!kc_sql_sign(&a->r, '('))
        return kc_ddl_unknown(&a->r, err);
    do {
        struct kc_column *c;
        kc_status status;

        kc_sql_next(&a->r);
        status = kc_ddl_take_column(a, &c, err);
        if (status < 0)
            return status;
        if (c->key_position >= 0)
            return kc_ddl_unknown(&a->r, err);
        c->key_position = place++;
        c->nullable = false;
        if (!kc_ddl_take(a, "ASC"))
            (void)kc_ddl_take(a, "DESC");
    } while (kc_sql_sign(&a->r, ','));
    if (!kc_ddl_take_sign(a, ')'))
        return kc_ddl_unknown(&a->r, err); /* the prefix of a column, for one */
    a->key_given = true;
    kc_ddl_skip_clause(a);
    return KC_OK;
}

/* One part of an index: a column, the beginning of one, or an expression. */
static kc_status take_part(struct kc_ddl *a, struct kc_index *index, struct kc_error *err)
{
    kc_status status;

    if (kc_sql_sign(&a->r, '(')) {
        index->whole = false;
        kc_ddl_skip_parentheses(&a->r);
    } else {
        if (a->r.token != KC_SQL_WORD && a->r.token != KC_SQL_QUOTED)
            return kc_ddl_unknown(&a->r, err);
        status = kc_index_add_column(index, a->r.word, err);
        if (status < 0)
            return status;
        kc_sql_next(&a->r);
        if (kc_sql_sign(&a->r, '(')) {
            index->whole = false;
            kc_ddl_skip_parentheses(&a->r);
        }
    }
    if (!kc_ddl_take(a, "ASC"))
        (void)kc_ddl_take(a, "DESC");
    return KC_OK;
}

kc_status kc_ddl_create_index(struct kc_ddl *a, bool unique, const char *symbol, struct kc_error *err)
{
    char name[KC_SQL_WORD_BYTES] = "";
    struct kc_index *index;
    bool may_be_there;

    if (symbol != NULL)
        (void)snprintf(name, sizeof(name), "%s", symbol);
    may_be_there = kc_ddl_take_if_exists(a);
    if ((a->r.token == KC_SQL_WORD && !kc_sql_is(&a->r, "USING")) || a->r.token == KC_SQL_QUOTED) {
        memcpy(name, a->r.word, sizeof(name));
        kc_sql_next(&a->r);
    }
    if (kc_ddl_take(a, "USING"))
        kc_sql_next(&a->r);
    if (kc_ddl_take(a, "ON")) { /* CREATE INDEX name ON table */
        struct kc_ddl_name table;
        kc_status status = kc_ddl_take_table(a, &table, err);

        if (status < 0)
            return status;
    }
    if (!kc_sql_sign(&a->r, '('))
        return kc_ddl_unknown(&a->r, err);
    if (name[0] != '\0' && kc_table_find_index(a->t, name) != NULL) {
        if (!may_be_there) /* a later clause drops the old one, for one */
            return kc_fail(err, KC_ERR_UNSUPPORTED, "index %s is there already", name);
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
    a->other_unique = a->other_unique || unique;
    index = kc_table_add_index(a->t, name[0] != '\0' ? name : NULL, unique);
    if (index == NULL)
        return kc_ddl_no_memory(err);
    do {
        kc_status status;

        kc_sql_next(&a->r);
        status = take_part(a, index, err);
        if (status < 0)
            return status;
    } while (kc_sql_sign(&a->r, ','));
    if (!kc_ddl_take_sign(a, ')'))
        return kc_ddl_unknown(&a->r, err);
    kc_ddl_skip_clause(a);
    return index->name == NULL ? kc_table_name_index(a->t, index, err) : KC_OK;
}

kc_status kc_ddl_index_clause(struct kc_ddl *a, struct kc_error *err)
{
    static const char *const kinds[] = {"PRIMARY", "UNIQUE", "FOREIGN", "CHECK", NULL};
    static const char *const plain[] = {"FULLTEXT", "SPATIAL", "INDEX", "KEY", NULL};
    static const char *const indexes[] = {"INDEX", "KEY", NULL};
    char symbol[KC_SQL_WORD_BYTES] = "";
    bool unique;

    if (kc_ddl_take(a, "CONSTRAINT")) {
        (void)kc_ddl_take_if_exists(a);
        if (!kc_sql_one_of(&a->r, kinds)) {
            memcpy(symbol, a->r.word, sizeof(symbol));
            kc_sql_next(&a->r);
        }
    }
    if (kc_ddl_take(a, "PRIMARY"))
        return primary_key(a, err);
    if (kc_sql_is(&a->r, "FOREIGN") || kc_sql_is(&a->r, "CHECK")) {
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
    unique = kc_ddl_take(a, "UNIQUE");
    if (!unique && !kc_sql_one_of(&a->r, plain))
        return KC_NOTHING;
    if (kc_ddl_take(a, "FULLTEXT") || kc_ddl_take(a, "SPATIAL")) {
        if (kc_sql_one_of(&a->r, indexes))
            kc_sql_next(&a->r);
    } else if (kc_sql_one_of(&a->r, indexes)) {
        kc_sql_next(&a->r);
    }
    return kc_ddl_create_index(a, unique, unique && symbol[0] != '\0' ? symbol : NULL, err);
}

kc_status kc_ddl_drop_index(struct kc_ddl *a, struct kc_error *err)
{
    struct kc_index *index;

    (void)kc_ddl_take_if_exists(a);
    if ((a->r.token != KC_SQL_WORD && a->r.token != KC_SQL_QUOTED) || strcasecmp(a->r.word, "PRIMARY") == 0)
        return kc_ddl_unknown(&a->r, err);
    a->other_unique = true; /* whichever it was: without all indexes known, the key is unknown */
    index = kc_table_find_index(a->t, a->r.word);
    if (index != NULL)
        kc_table_drop_index(a->t, index);
    kc_ddl_skip_clause(a);
    return KC_OK;
}

kc_status kc_ddl_rename_index(struct kc_ddl *a, struct kc_error *err)
{
    struct kc_index *index;
    char *name;
    kc_status status;

    (void)kc_ddl_take_if_exists(a);
    if (a->r.token != KC_SQL_WORD && a->r.token != KC_SQL_QUOTED)
        return kc_ddl_unknown(&a->r, err);
    index = kc_table_find_index(a->t, a->r.word);
    kc_sql_next(&a->r);
    if (!kc_ddl_take(a, "TO"))
        return kc_ddl_unknown(&a->r, err);
    a->other_unique = true;
    status = kc_ddl_take_name(a, &name, err);
    if (status < 0)
        return status;
    if (index == NULL) {
        free(name);
        return KC_OK;
    }
    free(index->name);
    index->name = name;
    return KC_OK;
}
