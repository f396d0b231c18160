/* config.c - settings as a user writes them, parsed to their declared types. */
#include "kit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct kc_config_key *key_at(const struct kc_config_def *def, uint32_t i)
{
    return (const void *)((const uint8_t *)(const void *)def->keys + (size_t)i * def->key_size);
}

static const char *setting(const char *const *settings, const char *key)
{
    for (; settings != NULL && settings[0] != NULL; settings += 2)
        if (strcmp(settings[0], key) == 0)
            return settings[1];
    return NULL;
}

static struct kc_value text_value(struct kc_kit *k, const char *text, size_t n)
{
    struct kc_value v = {.type = KC_STRING, .len = (uint32_t)n};

    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        n--;
    while (n > 0 && (text[0] == ' ' || text[0] == '\t'))
        text++, n--;
    v.len = (uint32_t)n;
    v.as.str = kc_kit_copy_text(k, k->config, (struct kc_str){text, (uint32_t)n, 0}).ptr;
    return v;
}

static struct kc_value list_value(struct kc_kit *k, const char *text)
{
    struct kc_value v = {.type = KC_ARRAY}, *items;
    uint32_t n = 1;

    if (text[strspn(text, " \t")] == '\0')
        return v;
    for (const char *p = text; *p != '\0'; p++)
        n += *p == ',';
    items = kc_guard_take(k->config, n * sizeof(*items));
    if (items == NULL)
        abort();
    for (uint32_t i = 0; i < n; i++) {
        size_t len = strcspn(text, ",");

        items[i] = text_value(k, text, len);
        text += len + (text[len] == ',');
    }
    v.len = n;
    v.as.items = items;
    return v;
}

static bool parse_number(const struct kc_config_key *key, const char *text, struct kc_value *out)
{
    char *end = NULL;

    errno = 0;
    if (key->type == KC_CFG_DOUBLE) {
        out->type = KC_FLOAT64;
        out->as.f64 = strtod(text, &end);
    } else {
        out->type = key->type == KC_CFG_SHORT ? KC_INT16 : key->type == KC_CFG_INT ? KC_INT32 : KC_INT64;
        out->as.i64 = strtoll(text, &end, 10);
    }
    if (end == text || end[strspn(end, " \t")] != '\0' || errno != 0)
        return false;
    return kc_kit_judge_value(out, NULL) == NULL;
}

static kc_status wrong(struct kc_error *err, const struct kc_config_key *key, const char *text,
                       const char *why)
{
    return kc_kit_fail(err, KC_ERR_CONFIG, "Invalid value %s for configuration %s: %s",
                       key->type == KC_CFG_PASSWORD ? "[hidden]" : text, key->name, why);
}

static bool is_choice(const struct kc_config_key *key, const struct kc_value *v)
{
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        if (strlen(key->choices[i]) == v->len && memcmp(key->choices[i], v->as.str, v->len) == 0)
            return true;
    return false;
}

static kc_status check_value(const struct kc_config_key *key, const char *text, const struct kc_value *v,
                             struct kc_error *err)
{
    struct kc_error why = {.struct_size = sizeof(why)};

    if ((key->flags & KC_CFG_RANGE) != 0 && (v->as.i64 < key->min || v->as.i64 > key->max))
        return wrong(err, key, text, "it is out of its range");
    if ((key->flags & KC_CFG_NON_EMPTY) != 0 && v->len == 0)
        return wrong(err, key, text, "it must not be empty");
    if ((key->flags & KC_CFG_ONE_OF) != 0 && v->type == KC_STRING && !is_choice(key, v))
        return wrong(err, key, text, "it is none of its choices");
    for (uint32_t i = 0; (key->flags & KC_CFG_ONE_OF) != 0 && v->type == KC_ARRAY && i < v->len; i++)
        if (!is_choice(key, &v->as.items[i]))
            return wrong(err, key, text, "an item is none of its choices");
    if (key->check != NULL && key->check(key->name, v, &why) < 0)
        return wrong(err, key, text, why.message);
    return KC_OK;
}

static kc_status parse(struct kc_kit *k, const struct kc_config_key *key, const char *text,
                       struct kc_value *out, struct kc_error *err)
{
    *out = (struct kc_value){0};
    switch (key->type) {
    case KC_CFG_BOOLEAN:
        *out = (struct kc_value){.type = KC_BOOLEAN, .as = {.i64 = strcasecmp(text, "true") == 0}};
        if (out->as.i64 == 0 && strcasecmp(text, "false") != 0)
            return wrong(err, key, text, "it is neither true nor false");
        break;
    case KC_CFG_INT:
    case KC_CFG_SHORT:
    case KC_CFG_LONG:
    case KC_CFG_DOUBLE:
        if (!parse_number(key, text, out))
            return wrong(err, key, text, "it is no number of its type");
        break;
    case KC_CFG_LIST: *out = list_value(k, text); break;
    case KC_CFG_STRING:
    case KC_CFG_PASSWORD:
        out->type = KC_STRING;
        out->len = (uint32_t)strlen(text);
        out->as.str = kc_kit_copy_text(k, k->config, (struct kc_str){text, out->len, 0}).ptr;
        break;
    case KC_CFG_CLASS: *out = text_value(k, text, strlen(text)); break;
    default: return wrong(err, key, text, "its declared type is unknown");
    }
    return check_value(key, text, out, err);
}

static bool declared(const struct kc_config_def *def, const char *name)
{
    for (uint32_t i = 0; def != NULL && i < def->n_keys; i++)
        if (strcmp(key_at(def, i)->name, name) == 0)
            return true;
    return false;
}

static struct kc_str key_text(struct kc_kit *k, const char *name)
{
    return kc_kit_copy_text(k, k->config, (struct kc_str){name, (uint32_t)strlen(name), 0});
}

kc_status kc_kit_config(struct kc_kit *k, const struct kc_config_def *def, const char *const *settings,
                        struct kc_map *config, struct kc_error *err)
{
    uint32_t n = def == NULL ? 0 : def->n_keys, n_settings = 0;
    struct kc_kv *kvs;

    for (const char *const *s = settings; s != NULL && s[0] != NULL; s += 2)
        n_settings++;
    kc_guard_retire(k->config, (k->flags & KC_KIT_LOCK) != 0);
    k->config = kc_guard_open("the configuration that open() was given");
    kvs = k->config == NULL ? NULL : kc_guard_take(k->config, (n + n_settings + 1) * sizeof(*kvs));
    if (kvs == NULL)
        return kc_kit_fail(err, KC_ERR_NOMEM, "out of memory");
    *config = (struct kc_map){kvs, 0, 0};
    for (uint32_t i = 0; i < n; i++) {
        const struct kc_config_key *key = key_at(def, i);
        const char *text = setting(settings, key->name);
        struct kc_kv *kv = &kvs[config->len++];

        kv->key = key_text(k, key->name);
        text = text == NULL ? key->default_value : text;
        if (text == NULL && (key->flags & KC_CFG_REQUIRED) != 0)
            return kc_kit_fail(err, KC_ERR_CONFIG,
                               "Missing required configuration \"%s\" which has no default value.",
                               key->name);
        if (text != NULL && parse(k, key, text, &kv->value, err) < 0)
            return KC_ERR_CONFIG;
    }
    for (const char *const *s = settings; s != NULL && s[0] != NULL; s += 2) {
        struct kc_kv *kv = &kvs[config->len];

        if (declared(def, s[0]))
            continue;
        kv->key = key_text(k, s[0]);
        kv->value = (struct kc_value){.type = KC_STRING, .len = (uint32_t)strlen(s[1])};
        kv->value.as.str = key_text(k, s[1]).ptr;
        config->len++;
    }
    kc_guard_seal(k->config);
    return KC_OK;
}
