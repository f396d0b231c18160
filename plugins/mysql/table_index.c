#include "table_index.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kconnect/sdk.h>

enum { MAX_INDEXES = 1024, MAX_PARTS = 64, NAME_BYTES = 64 * 4 + 16 };

static kc_status no_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory for the indexes of a table");
}

struct kc_index *kc_table_add_index(struct kc_table *t, const char *name, bool unique)
{
    struct kc_index *grown = t->n_indexes < MAX_INDEXES
                                 ? realloc(t->indexes, (t->n_indexes + 1) * sizeof(*grown))
                                 : NULL,
                    *index;

    if (grown == NULL)
        return NULL;
    t->indexes = grown;
    index = &grown[t->n_indexes];
    *index = (struct kc_index){.name = name != NULL ? strdup(name) : NULL, .unique = unique, .whole = true};
    if (name != NULL && index->name == NULL)
        return NULL;
    t->n_indexes++;
    return index;
}

kc_status kc_index_add_column(struct kc_index *index, const char *column, struct kc_error *err)
{
    char **grown = index->n_columns < MAX_PARTS
                       ? realloc(index->columns, (index->n_columns + 1) * sizeof(*grown))
                       : NULL;

    if (grown == NULL)
        return no_memory(err);
    index->columns = grown;
    grown[index->n_columns] = strdup(column);
    if (grown[index->n_columns] == NULL)
        return no_memory(err);
    index->n_columns++;
    return KC_OK;
}

struct kc_index *kc_table_find_index(const struct kc_table *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_indexes; i++)
        if (t->indexes[i].name != NULL && strcasecmp(t->indexes[i].name, name) == 0)
            return &t->indexes[i];
    return NULL;
}

kc_status kc_table_name_index(struct kc_table *t, struct kc_index *index, struct kc_error *err)
{
    const char *column = index->n_columns > 0 ? index->columns[0] : "functional_index";
    char name[NAME_BYTES];

    (void)snprintf(name, sizeof(name), "%.260s", column);
    for (int i = 2; kc_table_find_index(t, name) != NULL || strcasecmp(name, "PRIMARY") == 0; i++)
        (void)snprintf(name, sizeof(name), "%.260s_%d", column, i);
    index->name = strdup(name);
    return index->name != NULL ? KC_OK : no_memory(err);
}

static void free_index(struct kc_index *index)
{
    for (uint32_t i = 0; i < index->n_columns; i++)
        free(index->columns[i]);
    free(index->columns);
    free(index->name);
}

void kc_table_drop_index(struct kc_table *t, struct kc_index *index)
{
    free_index(index);
    memmove(index, index + 1, (size_t)(t->indexes + t->n_indexes - index - 1) * sizeof(*index));
    t->n_indexes--;
}

void kc_table_clear_indexes(struct kc_table *t)
{
    for (uint32_t i = 0; i < t->n_indexes; i++)
        free_index(&t->indexes[i]);
    free(t->indexes);
    t->indexes = NULL;
    t->n_indexes = 0;
    t->indexes_known = false;
}

kc_status kc_table_copy_indexes(struct kc_table *to, const struct kc_table *from, struct kc_error *err)
{
    kc_status status = KC_OK;

    kc_table_clear_indexes(to);
    for (uint32_t i = 0; i < from->n_indexes && status == KC_OK; i++) {
        const struct kc_index *was = &from->indexes[i];
        struct kc_index *is = kc_table_add_index(to, was->name, was->unique);

        if (is == NULL)
            return no_memory(err);
        is->whole = was->whole;
        for (uint32_t k = 0; k < was->n_columns && status == KC_OK; k++)
            status = kc_index_add_column(is, was->columns[k], err);
    }
    to->indexes_known = from->indexes_known;
    return status;
}

void kc_table_drop_from_indexes(struct kc_table *t, const char *column)
{
    for (uint32_t i = t->n_indexes; i-- > 0;) {
        struct kc_index *index = &t->indexes[i];
        bool any = false;

        for (uint32_t k = index->n_columns; k-- > 0;) {
            if (strcasecmp(index->columns[k], column) != 0)
                continue;
            free(index->columns[k]);
            memmove(index->columns + k, index->columns + k + 1,
                    (index->n_columns - k - 1) * sizeof(*index->columns));
            index->n_columns--;
            any = true;
        }
        if (any && index->n_columns == 0)
            kc_table_drop_index(t, index);
    }
}

static struct kc_column *find_column(const struct kc_table *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_columns; i++)
        if (strcasecmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    return NULL;
}

static bool is_usable(const struct kc_table *t, const struct kc_index *index)
{
    bool good = index->unique && index->whole && index->n_columns > 0 && index->name != NULL;

    for (uint32_t i = 0; good && i < index->n_columns; i++) {
        const struct kc_column *c = find_column(t, index->columns[i]);

        good = c != NULL && !c->nullable;
    }
    return good;
}

void kc_table_choose_unique(struct kc_table *t)
{
    const struct kc_index *first = NULL;

    for (uint32_t i = 0; i < t->n_columns; i++)
        t->columns[i].key_position = -1;
    t->primary_key = false;
    for (uint32_t i = 0; i < t->n_indexes; i++)
        if (is_usable(t, &t->indexes[i]) &&
            (first == NULL || strcasecmp(t->indexes[i].name, first->name) < 0))
            first = &t->indexes[i];
    for (uint32_t i = 0; first != NULL && i < first->n_columns; i++)
        find_column(t, first->columns[i])->key_position = (int32_t)i;
}
