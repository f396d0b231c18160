#include "table_complete.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "charset.h"
#include "table_index.h"
#include "wire_type.h"

/* By the bytes of their length. */
static const char *const texts[] = {"tinytext", "text", "mediumtext", "longtext"};
static const char *const blobs[] = {"tinyblob", "blob", "mediumblob", "longblob"};

static kc_status no_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory for a table's definition");
}

static bool is_one_of(const char *type, const char *const list[4])
{
    for (int i = 0; i < 4; i++)
        if (strcmp(type, list[i]) == 0)
            return true;
    return false;
}

static bool is_string(const struct kc_column *c)
{
    return strcmp(c->data_type, "char") == 0 || strcmp(c->data_type, "varchar") == 0 ||
           is_one_of(c->type_text, texts);
}

/* A TEXT that was converted or has a length is as long as the layout says; a VARCHAR may have become one. */
static kc_status take_size(struct kc_column *c, const struct kc_map_column *w, struct kc_error *err)
{
    bool bytes = is_one_of(c->type_text, blobs);
    int size = w->length_bytes - 1;
    const char *name;

    if (w->type != KC_WIRE_BLOB || size < 0 || size > 3 || (!bytes && !is_string(c)))
        return KC_OK;
    name = bytes ? blobs[size] : texts[size];
    if (strcmp(c->type_text, name) == 0)
        return KC_OK;
    return kc_table_set_texts(&c->type_text, name, &c->data_type, name, err);
}

static kc_status take_charset(struct kc_column *c, const struct kc_map_column *w, struct kc_error *err)
{
    uint32_t max_bytes;
    const char *name = w->collation != 0 ? kc_charset_name_by_collation(w->collation, &max_bytes) : NULL;

    if (name == NULL || strcmp(name, "binary") == 0)
        return kc_fail(err, KC_ERR_UNSUPPORTED,
                       "neither the statements nor the binary log say the character set of column %s",
                       c->name);
    c->charset = strdup(name);
    return c->charset != NULL ? KC_OK : no_memory(err);
}

static kc_status complete_column(struct kc_column *c, const struct kc_map_column *w, struct kc_error *err)
{
    kc_status status = KC_OK;

    /* With explicit_defaults_for_timestamp=OFF one that is not said to be NULL is NOT NULL. */
    if (strcmp(c->data_type, "timestamp") == 0)
        c->nullable = w->nullable;
    if (c->nullable != w->nullable)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "column %s may %sbe NULL, other than the statements said",
                       c->name, w->nullable ? "" : "not ");
    if (c->size_open)
        status = take_size(c, w, err);
    c->size_open = false;
    if (status == KC_OK && c->charset == NULL && is_string(c))
        status = take_charset(c, w, err);
    return status;
}

kc_status kc_table_complete(const struct kc_table *told, const struct kc_table_map *map,
                            struct kc_table **table, struct kc_error *err)
{
    struct kc_table *t;
    kc_status status = KC_OK;

    if (told->n_columns != map->n_columns)
        return kc_fail(err, KC_ERR_UNSUPPORTED,
                       "it has %u columns in the binary log, and %u by the statements", map->n_columns,
                       told->n_columns);
    t = kc_table_copy(told, told->database, told->name);
    if (t == NULL)
        return no_memory(err);
    for (uint32_t i = 0; i < t->n_columns && status == KC_OK; i++)
        status = complete_column(&t->columns[i], &map->columns[i], err);
    if (!t->primary_key && t->indexes_known)
        kc_table_choose_unique(t);
    if (status == KC_OK)
        status = kc_table_finish(t, err);
    if (status < 0)
        kc_table_destroy(t);
    else
        *table = t;
    return status;
}
