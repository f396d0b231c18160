#include "ddl_edit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

#include "ddl_column.h"
#include "table_index.h"

enum { MAX_COLUMNS = 4096 };

kc_status kc_ddl_no_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory for a statement");
}

bool kc_ddl_take(struct kc_ddl *a, const char *keyword)
{
    if (!kc_sql_is(&a->r, keyword))
        return false;
    kc_sql_next(&a->r);
    return true;
}

bool kc_ddl_take_sign(struct kc_ddl *a, char sign)
{
    if (!kc_sql_sign(&a->r, sign))
        return false;
    kc_sql_next(&a->r);
    return true;
}

bool kc_ddl_take_if_exists(struct kc_ddl *a)
{
    if (!kc_ddl_take(a, "IF"))
        return false;
    (void)kc_ddl_take(a, "NOT");
    (void)kc_ddl_take(a, "EXISTS");
    return true;
}

bool kc_ddl_at_end(const struct kc_ddl *a)
{
    return a->r.token == KC_SQL_END || kc_sql_sign(&a->r, ';');
}

/* To the next comma outside of parentheses, or the end. */
void kc_ddl_skip_clause(struct kc_ddl *a)
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
kc_status kc_ddl_take_name(struct kc_ddl *a, char **name, struct kc_error *err)
{
    if (a->r.token != KC_SQL_WORD && a->r.token != KC_SQL_QUOTED)
        return kc_ddl_unknown(&a->r, err);
    *name = strdup(a->r.word);
    kc_sql_next(&a->r);
    return *name != NULL ? KC_OK : kc_ddl_no_memory(err);
}

kc_status kc_ddl_take_table(struct kc_ddl *a, struct kc_ddl_name *name, struct kc_error *err)
{
    (void)snprintf(name->database, sizeof(name->database), "%.*s", (int)a->current_database.len,
                   a->current_database.ptr != NULL ? a->current_database.ptr : "");
    for (int i = 0; i < 2; i++) {
        if (a->r.token != KC_SQL_WORD && a->r.token != KC_SQL_QUOTED)
            return kc_ddl_unknown(&a->r, err);
        if (i == 1)
            memcpy(name->database, name->table, sizeof(name->database));
        memcpy(name->table, a->r.word, sizeof(name->table));
        kc_sql_next(&a->r);
        if (a->r.token != KC_SQL_DOT)
            break;
        kc_sql_next(&a->r);
    }
    return KC_OK;
}

kc_status kc_ddl_take_column(struct kc_ddl *a, struct kc_column **column, struct kc_error *err)
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
kc_status kc_ddl_take_place(struct kc_ddl *a, uint32_t at, struct kc_error *err)
{
    struct kc_column *before;
    kc_status status;
    uint32_t i;

    if (kc_ddl_take(a, "FIRST")) {
        move_column(a->t, at, 0);
        return KC_OK;
    }
    if (!kc_ddl_take(a, "AFTER"))
        return KC_OK;
    status = kc_ddl_take_column(a, &before, err);
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
        return kc_ddl_no_memory(err);
    t->columns = grown;
    grown[t->n_columns++] = *c;
    memset(c, 0, sizeof(*c));
    return KC_OK;
}

/* What PRIMARY KEY and UNIQUE behind a column do; a unique index decides only where there is no primary key. */
static kc_status apply_extras(struct kc_ddl *a, struct kc_column *c, const struct kc_ddl_extras *x,
                              struct kc_error *err)
{
    if (x->primary) {
        if (a->key_given)
            return kc_fail(err, KC_ERR_UNSUPPORTED, "the primary key is given twice");
        a->key_given = true;
        c->key_position = 0;
        c->nullable = false;
    }
    return KC_OK;
}

/* UNIQUE behind a column that is in the table by now. */
static kc_status add_unique(struct kc_ddl *a, const char *column, const struct kc_ddl_extras *x,
                            struct kc_error *err)
{
    struct kc_index *index;
    kc_status status;

    if (!x->unique || x->primary)
        return KC_OK;
    a->other_unique = true;
    index = kc_table_add_index(a->t, NULL, true);
    if (index == NULL)
        return kc_ddl_no_memory(err);
    status = kc_index_add_column(index, column, err);
    return status == KC_OK ? kc_table_name_index(a->t, index, err) : status;
}

/* `name` is consumed. The definition begins with the token in hand. */
kc_status kc_ddl_add_column(struct kc_ddl *a, char *name, struct kc_error *err)
{
    struct kc_column c = {.name = name, .key_position = -1};
    struct kc_ddl_extras extras;
    kc_status status =
        kc_ddl_column(a->flavor, &a->r, a->t->charset != NULL ? a->t->charset : "", &c, &extras, err);

    if (status == KC_OK)
        status = apply_extras(a, &c, &extras, err);
    if (status == KC_OK)
        status = append(a->t, &c, err);
    if (status == KC_OK)
        status = add_unique(a, a->t->columns[a->t->n_columns - 1].name, &extras, err);
    free_column(&c);
    return status;
}

kc_status kc_ddl_rename_in_indexes(struct kc_table *t, struct kc_column *const *columns, char *const *names,
                                   uint32_t n, struct kc_error *err)
{
    for (uint32_t i = 0; i < t->n_indexes; i++)
        for (uint32_t k = 0; k < t->indexes[i].n_columns; k++) {
            char **name = &t->indexes[i].columns[k], *copy;
            uint32_t which = 0;

            while (which < n && strcasecmp(*name, columns[which]->name) != 0)
                which++;
            if (which == n)
                continue;
            copy = strdup(names[which]);
            if (copy == NULL)
                return kc_ddl_no_memory(err);
            free(*name);
            *name = copy;
        }
    return KC_OK;
}

bool kc_ddl_has_column(const struct kc_ddl *a, const char *name)
{
    return find(a->t, name) != NULL;
}

/* CHANGE and MODIFY: another definition and, for CHANGE, another name. */
kc_status kc_ddl_replace_column(struct kc_ddl *a, bool rename, struct kc_error *err)
{
    struct kc_column *was, c = {.key_position = -1};
    struct kc_ddl_extras extras;
    uint32_t at;
    kc_status status;

    (void)kc_ddl_take(a, "COLUMN");
    (void)kc_ddl_take_if_exists(a);
    status = kc_ddl_take_column(a, &was, err);
    if (status < 0)
        return status;
    at = (uint32_t)(was - a->t->columns);
    if (rename)
        status = kc_ddl_take_name(a, &c.name, err);
    else if ((c.name = strdup(was->name)) == NULL)
        status = kc_ddl_no_memory(err);
    if (status == KC_OK)
        status =
            kc_ddl_column(a->flavor, &a->r, a->t->charset != NULL ? a->t->charset : "", &c, &extras, err);
    if (status == KC_OK) {
        c.key_position = was->key_position;
        if (find(a->t, c.name) != NULL &&
            find(a->t, c.name) != was) /* all clauses mean the names of before */
            status = kc_fail(err, KC_ERR_UNSUPPORTED, "column %s takes the name of another one", c.name);
        if (c.key_position >= 0 && a->t->primary_key)
            c.nullable = false;
        if (!a->t->primary_key && !a->t->indexes_known && c.nullable != was->nullable)
            status = kc_fail(err, KC_ERR_UNSUPPORTED, "which unique index is the key now is unknown");
    }
    if (status == KC_OK)
        status = apply_extras(a, &c, &extras, err);
    if (status < 0) {
        free_column(&c);
        return status;
    }
    status = kc_ddl_rename_in_indexes(a->t, &was, &c.name, 1, err);
    if (status == KC_OK)
        status = add_unique(a, c.name, &extras, err);
    free_column(was);
    *was = c;
    return status == KC_OK ? kc_ddl_take_place(a, at, err) : status;
}

kc_status kc_ddl_drop_column(struct kc_ddl *a, struct kc_error *err)
{
    struct kc_table *t = a->t;
    struct kc_column *c;
    int32_t place;
    kc_status status;

    if (kc_ddl_take_if_exists(a) && find(t, a->r.word) == NULL) {
        kc_ddl_skip_clause(a);
        return KC_OK;
    }
    status = kc_ddl_take_column(a, &c, err);
    if (status < 0)
        return status;
    if ((!t->primary_key && !t->indexes_known) || t->n_columns == 1)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "which unique index is the key now is unknown");
    kc_table_drop_from_indexes(t, c->name);
    place = c->key_position;
    free_column(c);
    memmove(c, c + 1, (size_t)(t->columns + t->n_columns - c - 1) * sizeof(*c));
    t->n_columns--;
    for (uint32_t i = 0; i < t->n_columns && place >= 0; i++)
        if (t->columns[i].key_position > place)
            t->columns[i].key_position--;
    kc_ddl_skip_clause(a); /* RESTRICT, CASCADE */
    return KC_OK;
}

kc_status kc_ddl_rename_column(struct kc_ddl *a, struct kc_column **renamed, char **name,
                               struct kc_error *err)
{
    kc_status status = kc_ddl_take_column(a, renamed, err);

    if (status == KC_OK && !kc_ddl_take(a, "TO"))
        return kc_ddl_unknown(&a->r, err);
    return status == KC_OK ? kc_ddl_take_name(a, name, err) : status;
}
