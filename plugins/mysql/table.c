#include "table.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "column.h"
#include "table_index.h"

struct kc_table *kc_table_create(const char *database, const char *name, uint32_t n_columns)
{
    struct kc_table *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    t->database = strdup(database);
    t->name = strdup(name);
    t->columns = calloc(n_columns > 0 ? n_columns : 1, sizeof(*t->columns));
    t->n_columns = n_columns;
    if (t->database == NULL || t->name == NULL || t->columns == NULL) {
        kc_table_destroy(t);
        return NULL;
    }
    for (uint32_t i = 0; i < n_columns; i++)
        t->columns[i].key_position = -1;
    return t;
}

void kc_table_destroy(struct kc_table *t)
{
    if (t == NULL)
        return;
    for (uint32_t i = 0; t->columns != NULL && i < t->n_columns; i++) {
        struct kc_column *c = &t->columns[i];

        for (uint32_t n = 0; n < c->n_labels; n++)
            free(c->labels[n]);
        free(c->labels);
        free(c->name);
        free(c->type_text);
        free(c->data_type);
        free(c->charset);
    }
    free(t->columns);
    kc_table_clear_indexes(t);
    free(t->key);
    free(t->charset);
    free(t->database);
    free(t->name);
    kc_host->schema_unref(t->row_schema);
    kc_host->schema_unref(t->key_schema);
    kc_host->schema_unref(t->envelope_schema);
    free(t);
}

static bool copy_text(char **to, const char *from)
{
    *to = from != NULL ? strdup(from) : NULL;
    return from == NULL || *to != NULL;
}

static bool copy_column(struct kc_column *to, const struct kc_column *from)
{
    struct kc_error err = {.struct_size = sizeof(err)};

    to->nullable = from->nullable;
    to->generated = from->generated;
    to->key_position = from->key_position;
    to->size_open = from->size_open;
    return copy_text(&to->name, from->name) && copy_text(&to->type_text, from->type_text) &&
           copy_text(&to->data_type, from->data_type) && copy_text(&to->charset, from->charset) &&
           kc_column_classify(to, &err) == KC_OK;
}

struct kc_table *kc_table_copy(const struct kc_table *from, const char *database, const char *name)
{
    struct kc_table *t = kc_table_create(database, name, from->n_columns);
    struct kc_error err = {.struct_size = sizeof(err)};
    bool good = t != NULL && copy_text(&t->charset, from->charset);

    for (uint32_t i = 0; good && i < from->n_columns; i++)
        good = copy_column(&t->columns[i], &from->columns[i]);
    if (good)
        t->primary_key = from->primary_key;
    good = good && kc_table_copy_indexes(t, from, &err) == KC_OK && kc_table_prepare(t, &err) == KC_OK;
    if (good)
        return t;
    kc_table_destroy(t);
    return NULL;
}

kc_status kc_table_set_texts(char **first, const char *new_first, char **second, const char *new_second,
                             struct kc_error *err)
{
    char *a = strdup(new_first), *b = strdup(new_second);

    if (a == NULL || b == NULL) {
        free(a);
        free(b);
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a table's definition");
    }
    free(*first);
    free(*second);
    *first = a;
    *second = b;
    return KC_OK;
}

kc_status kc_table_rename(struct kc_table *t, const char *database, const char *name, struct kc_error *err)
{
    return kc_table_set_texts(&t->database, database, &t->name, name, err);
}

/* key_position of the columns is the truth; `key` is its inverse. */
static kc_status make_key(struct kc_table *t, struct kc_error *err)
{
    free(t->key);
    t->key = NULL;
    t->n_key = 0;
    for (uint32_t i = 0; i < t->n_columns; i++)
        t->n_key += t->columns[i].key_position >= 0;
    if (t->n_key == 0)
        return KC_OK;
    t->key = malloc(t->n_key * sizeof(*t->key));
    if (t->key == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the key of %s.%s", t->database, t->name);
    for (uint32_t i = 0; i < t->n_key; i++)
        t->key[i] = UINT32_MAX;
    for (uint32_t i = 0; i < t->n_columns; i++) {
        int32_t at = t->columns[i].key_position;

        if (at >= 0 && (uint32_t)at < t->n_key)
            t->key[at] = i;
    }
    for (uint32_t i = 0; i < t->n_key; i++)
        if (t->key[i] == UINT32_MAX)
            return kc_fail(err, KC_ERR_FATAL, "the key of %s.%s has a gap", t->database, t->name);
    return KC_OK;
}

kc_status kc_table_finish(struct kc_table *t, struct kc_error *err)
{
    for (uint32_t i = 0; i < t->n_columns; i++) {
        kc_status status = kc_column_classify(&t->columns[i], err);

        if (status < 0)
            return status;
        if (t->columns[i].family == KC_FAMILY_UNSUPPORTED)
            return kc_column_unsupported(t->name, &t->columns[i], err);
    }
    return make_key(t, err);
}

kc_status kc_table_prepare(struct kc_table *t, struct kc_error *err)
{
    for (uint32_t i = 0; i < t->n_columns; i++) {
        kc_status status = kc_column_classify(&t->columns[i], err);

        if (status < 0)
            return status;
    }
    return make_key(t, err);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The first difference of two columns in the same place, as a clause; false: they are equal. */
static bool column_differs(const struct kc_column *was, const struct kc_column *is, char *out, size_t size)
{
    if (!same_text(was->name, is->name))
        (void)snprintf(out, size, "column %s stands where %s stood", is->name, was->name);
    else if (!same_text(was->type_text, is->type_text))
        (void)snprintf(out, size, "column %s is %.100s now, it was %.100s", is->name, is->type_text,
                       was->type_text);
    else if (!same_text(was->charset, is->charset))
        (void)snprintf(out, size, "column %s has charset %s now, it had %s", is->name,
                       is->charset != NULL ? is->charset : "none",
                       was->charset != NULL ? was->charset : "none");
    else if (was->nullable != is->nullable)
        (void)snprintf(out, size, "column %s is %s now", is->name, is->nullable ? "nullable" : "NOT NULL");
    else if (was->key_position != is->key_position)
        (void)snprintf(out, size, "column %s has another place in the key", is->name);
    else
        return false;
    return true;
}

bool kc_table_equal(const struct kc_table *was, const struct kc_table *is, char *difference, size_t size)
{
    uint32_t n = was->n_columns < is->n_columns ? was->n_columns : is->n_columns;

    for (uint32_t i = 0; i < n; i++)
        if (column_differs(&was->columns[i], &is->columns[i], difference, size))
            return false;
    if (is->n_columns > n)
        (void)snprintf(difference, size, "column %s is new", is->columns[n].name);
    else if (was->n_columns > n)
        (void)snprintf(difference, size, "column %s is gone", was->columns[n].name);
    return was->n_columns == is->n_columns;
}

bool kc_table_same_key(const struct kc_table *was, const struct kc_table *is)
{
    if (was->n_key != is->n_key)
        return false;
    for (uint32_t i = 0; i < was->n_key; i++) {
        const struct kc_column *a = &was->columns[was->key[i]], *b = &is->columns[is->key[i]];

        if (!same_text(a->name, b->name) || a->family != b->family || a->is_unsigned != b->is_unsigned)
            return false;
    }
    return true;
}
