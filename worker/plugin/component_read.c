#include "plugin/component_read.h"

#include <stdlib.h>

#include "base/json.h"

/* A list of texts that ends with NULL. A member that is not there leaves *out NULL. */
static kc_status read_texts(const cJSON *obj, const char *name, const char *const **out, struct kc_error *err)
{
    const cJSON *list = kc_json_member(obj, name), *item;
    const char **texts;
    size_t n = 0;

    *out = NULL;
    if (!cJSON_IsArray(list))
        return KC_OK;
    texts = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*texts));
    if (texts == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item))
            texts[n++] = item->valuestring;
    }
    *out = texts;
    return KC_OK;
}

static int64_t read_int64(const cJSON *obj, const char *name)
{
    const char *text = kc_json_text(obj, name);

    return text != NULL ? strtoll(text, NULL, 10) : 0;
}

static kc_status read_key(const cJSON *json, struct kc_key_info *k, struct kc_error *err)
{
    kc_status status;

    k->name = kc_json_text(json, "name");
    if (k->name == NULL)
        return kc_fail(err, KC_ERR_FATAL, "a key has no name");
    k->default_value = kc_json_text(json, "default_value");
    k->doc = kc_json_text(json, "doc");
    k->group = kc_json_text(json, "group");
    k->display_name = kc_json_text(json, "display_name");
    k->type = (uint32_t)kc_json_int(json, "type", 0);
    k->flags = (uint32_t)kc_json_int(json, "flags", 0);
    k->importance = (uint32_t)kc_json_int(json, "importance", 0);
    k->width = (uint32_t)kc_json_int(json, "width", 0);
    k->order = (int32_t)kc_json_int(json, "order", -1);
    k->min = read_int64(json, "min");
    k->max = read_int64(json, "max");
    status = read_texts(json, "choices", &k->choices, err);
    return status < 0 ? status : read_texts(json, "dependents", &k->dependents, err);
}

static kc_status read_keys(const cJSON *list, struct kc_component_info *out, struct kc_error *err)
{
    int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    kc_status status = KC_OK;
    struct kc_key_info *keys;
    const cJSON *item;

    if (n == 0)
        return KC_OK;
    keys = calloc((size_t)n, sizeof(*keys));
    if (keys == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    out->keys = keys;
    cJSON_ArrayForEach(item, list)
    {
        /* Counted before it is read, so that a half-read one is freed as well. */
        if (status == KC_OK)
            status = read_key(item, &keys[out->n_keys++], err);
    }
    return status;
}

kc_status kc_component_read(const cJSON *json, struct kc_component_info *out, struct kc_error *err)
{
    struct kc_component_info c = {
        .kind = (uint32_t)kc_json_int(json, "kind", 0),
        .id = kc_json_text(json, "id"),
        .version = kc_json_text(json, "version"),
        .title = kc_json_text(json, "title"),
        .doc = kc_json_text(json, "doc"),
    };
    kc_status status;

    if (c.id == NULL || c.version == NULL)
        return kc_fail(err, KC_ERR_FATAL, "a component has no id or no version");
    status = read_texts(json, "aliases", &c.aliases, err);
    if (status == KC_OK)
        status = read_keys(kc_json_member(json, "keys"), &c, err);
    if (status < 0) {
        kc_component_finish(&c);
        return status;
    }
    *out = c;
    return KC_OK;
}

void kc_component_finish(struct kc_component_info *c)
{
    for (size_t i = 0; i < c->n_keys; i++) {
        free((void *)c->keys[i].choices);
        free((void *)c->keys[i].dependents);
    }
    free((void *)c->keys);
    free((void *)c->aliases);
    c->keys = NULL;
    c->aliases = NULL;
    c->n_keys = 0;
}
