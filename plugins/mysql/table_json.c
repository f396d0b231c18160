/*
 * A definition as the connector's state keeps it:
 * {"version":1,"database":..,"name":..,"columns":[{..}],"indexes":[{..}]}, and "stale":true or "told":true.
 */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <kconnect/sdk.h>

#include "table.h"
#include "table_index.h"

enum { VERSION = 1, MAX_COLUMNS = 4096 }; /* InnoDB: 1,017 columns; other engines 4,096 */

static bool add_column(cJSON *list, const struct kc_column *c)
{
    cJSON *o = cJSON_CreateObject();

    if (o == NULL || !cJSON_AddItemToArray(list, o))
        return false;
    return cJSON_AddStringToObject(o, "name", c->name) != NULL &&
           cJSON_AddStringToObject(o, "type", c->type_text) != NULL &&
           cJSON_AddStringToObject(o, "data_type", c->data_type) != NULL &&
           (c->charset == NULL || cJSON_AddStringToObject(o, "charset", c->charset) != NULL) &&
           cJSON_AddBoolToObject(o, "nullable", c->nullable) != NULL &&
           cJSON_AddBoolToObject(o, "generated", c->generated) != NULL &&
           (!c->size_open || cJSON_AddTrueToObject(o, "size_open") != NULL) &&
           cJSON_AddNumberToObject(o, "key", c->key_position) != NULL;
}

static bool add_index(cJSON *list, const struct kc_index *index)
{
    cJSON *o = cJSON_CreateObject(), *columns;

    if (o == NULL || !cJSON_AddItemToArray(list, o) ||
        cJSON_AddStringToObject(o, "name", index->name != NULL ? index->name : "") == NULL ||
        cJSON_AddBoolToObject(o, "unique", index->unique) == NULL ||
        cJSON_AddBoolToObject(o, "whole", index->whole) == NULL ||
        (columns = cJSON_AddArrayToObject(o, "columns")) == NULL)
        return false;
    for (uint32_t i = 0; i < index->n_columns; i++) {
        cJSON *name = cJSON_CreateString(index->columns[i]);

        if (name == NULL || !cJSON_AddItemToArray(columns, name))
            return false;
    }
    return true;
}

char *kc_table_to_json(const struct kc_table *t, enum kc_table_trust trust)
{
    cJSON *o = cJSON_CreateObject(), *list;
    char *text = NULL;

    if (o == NULL || cJSON_AddNumberToObject(o, "version", VERSION) == NULL ||
        cJSON_AddStringToObject(o, "database", t->database) == NULL ||
        cJSON_AddStringToObject(o, "name", t->name) == NULL ||
        (t->charset != NULL && cJSON_AddStringToObject(o, "charset", t->charset) == NULL) ||
        (t->primary_key && cJSON_AddTrueToObject(o, "primary") == NULL) ||
        (trust == KC_TABLE_STALE && cJSON_AddTrueToObject(o, "stale") == NULL) ||
        (trust == KC_TABLE_TOLD && cJSON_AddTrueToObject(o, "told") == NULL) ||
        (list = cJSON_AddArrayToObject(o, "columns")) == NULL)
        goto done;
    for (uint32_t i = 0; i < t->n_columns; i++)
        if (!add_column(list, &t->columns[i]))
            goto done;
    list = t->indexes_known ? cJSON_AddArrayToObject(o, "indexes") : NULL;
    if (t->indexes_known && list == NULL)
        goto done;
    for (uint32_t i = 0; t->indexes_known && i < t->n_indexes; i++)
        if (!add_index(list, &t->indexes[i]))
            goto done;
    text = cJSON_PrintUnformatted(o);
done:
    cJSON_Delete(o);
    return text;
}

static const char *text_in(const cJSON *o, const char *member)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, member));
}

static kc_status read_column(const cJSON *o, struct kc_column *c, struct kc_error *err)
{
    const char *name = text_in(o, "name"), *type = text_in(o, "type"), *data = text_in(o, "data_type"),
               *charset = text_in(o, "charset");
    const cJSON *key = cJSON_GetObjectItemCaseSensitive(o, "key");

    if (name == NULL || type == NULL || data == NULL || !cJSON_IsNumber(key))
        return kc_fail(err, KC_ERR_CONFIG, "a column of a stored table definition is incomplete");
    c->name = strdup(name);
    c->type_text = strdup(type);
    c->data_type = strdup(data);
    c->charset = charset != NULL ? strdup(charset) : NULL;
    c->nullable = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "nullable"));
    c->generated = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "generated"));
    c->size_open = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "size_open"));
    c->key_position = (int32_t)key->valuedouble;
    if (c->name == NULL || c->type_text == NULL || c->data_type == NULL ||
        (charset != NULL && c->charset == NULL))
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading a stored table definition");
    return KC_OK;
}

static kc_status read_index(const cJSON *o, struct kc_table *t, struct kc_error *err)
{
    const char *name = text_in(o, "name");
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(o, "columns"), *item;
    struct kc_index *index;
    kc_status status = KC_OK;

    if (name == NULL || !cJSON_IsArray(columns))
        return kc_fail(err, KC_ERR_CONFIG, "an index of a stored table definition is incomplete");
    index = kc_table_add_index(t, name, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "unique")));
    if (index == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading a stored table definition");
    index->whole = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "whole"));
    cJSON_ArrayForEach(item, columns)
    {
        const char *column = cJSON_GetStringValue(item);

        status = column != NULL ? kc_index_add_column(index, column, err)
                                : kc_fail(err, KC_ERR_CONFIG, "an index of a stored table is incomplete");
        if (status < 0)
            break;
    }
    return status;
}

static kc_status read_parts(const cJSON *o, struct kc_table *t, struct kc_error *err)
{
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(o, "columns"),
                *indexes = cJSON_GetObjectItemCaseSensitive(o, "indexes"), *item;
    kc_status status = KC_OK;
    uint32_t i = 0;

    cJSON_ArrayForEach(item, columns)
    {
        status = read_column(item, &t->columns[i++], err);
        if (status < 0)
            return status;
    }
    t->indexes_known = cJSON_IsArray(indexes);
    cJSON_ArrayForEach(item, indexes)
    {
        status = read_index(item, t, err);
        if (status < 0)
            return status;
    }
    return KC_OK;
}

static kc_status read_table(const cJSON *o, enum kc_table_trust trust, struct kc_table **table,
                            struct kc_error *err)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(o, "version"),
                *list = cJSON_GetObjectItemCaseSensitive(o, "columns");
    const char *database = text_in(o, "database"), *name = text_in(o, "name"),
               *charset = text_in(o, "charset");
    int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    kc_status status = KC_OK;
    struct kc_table *t;

    if (!cJSON_IsNumber(version) || version->valuedouble != VERSION)
        return kc_fail(err, KC_ERR_CONFIG,
                       "a stored table definition is of a version that this plugin cannot read");
    if (database == NULL || name == NULL || n > MAX_COLUMNS || (n < 1 && trust == KC_TABLE_RIGHT))
        return kc_fail(err, KC_ERR_CONFIG, "a stored table definition is incomplete");
    t = kc_table_create(database, name, (uint32_t)n);
    if (t != NULL && charset != NULL && (t->charset = strdup(charset)) == NULL) {
        kc_table_destroy(t);
        t = NULL;
    }
    if (t == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading a stored table definition");
    t->primary_key = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "primary"));
    status = read_parts(o, t, err);
    if (status == KC_OK)
        status = trust == KC_TABLE_TOLD ? kc_table_prepare(t, err) : kc_table_finish(t, err);
    if (status < 0) {
        kc_table_destroy(t);
        return status;
    }
    *table = t;
    return KC_OK;
}

static bool is_true(const cJSON *o, const char *member)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, member));
}

kc_status kc_table_from_json(const char *text, size_t len, struct kc_table **table,
                             enum kc_table_trust *trust, struct kc_error *err)
{
    cJSON *o = cJSON_ParseWithLength(text, len);
    kc_status status;

    if (o == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "a stored table definition is not readable");
    *trust = is_true(o, "told") ? KC_TABLE_TOLD : is_true(o, "stale") ? KC_TABLE_STALE : KC_TABLE_RIGHT;
    status = read_table(o, *trust, table, err);
    cJSON_Delete(o);
    return status;
}
