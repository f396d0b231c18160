#include "task/parse_config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct block { /* one allocation, chained so that a parsed map is freed as a whole */
    struct block *next;
    max_align_t bytes[];
};

struct kc_parsed {
    struct kc_map map;
    struct kc_kv *kvs;
    struct block *blocks;
};

static void *take(struct kc_parsed *p, size_t n)
{
    struct block *b = malloc(sizeof(*b) + n);

    if (b == NULL)
        return NULL;
    b->next = p->blocks;
    p->blocks = b;
    return b->bytes;
}

static struct kc_value text_value(struct kc_parsed *p, const char *text, size_t len)
{
    struct kc_value v = {.type = KC_STRING, .len = (uint32_t)len};
    char *copy = take(p, len + 1);

    if (copy == NULL)
        return (struct kc_value){0};
    memcpy(copy, text, len);
    copy[len] = '\0';
    v.as.str = copy;
    return v;
}

static void trim(const char **text, size_t *len)
{
    while (*len > 0 && (unsigned char)(*text)[0] <= ' ')
        (*text)++, (*len)--;
    while (*len > 0 && (unsigned char)(*text)[*len - 1] <= ' ')
        (*len)--;
}

static bool parse_integer(const char *text, size_t len, int64_t low, int64_t high, int64_t *out)
{
    char digits[24], *rest;

    if (len == 0 || len >= sizeof(digits))
        return false;
    memcpy(digits, text, len);
    digits[len] = '\0';
    errno = 0;
    *out = strtoll(digits, &rest, 10);
    return errno == 0 && *rest == '\0' && *out >= low && *out <= high;
}

static bool parse_double(const char *text, size_t len, double *out)
{
    char digits[64], *rest;

    if (len == 0 || len >= sizeof(digits))
        return false;
    memcpy(digits, text, len);
    digits[len] = '\0';
    *out = strtod(digits, &rest);
    return *rest == '\0';
}

static bool parse_list(struct kc_parsed *p, const char *text, size_t len, struct kc_value *out)
{
    uint32_t n = 0;
    struct kc_value *items;
    const char *end = text + len;

    *out = (struct kc_value){.type = KC_ARRAY};
    if (len == 0)
        return true;
    for (size_t i = 0; i <= len; i++)
        n += i == len || text[i] == ',';
    items = take(p, n * sizeof(*items));
    if (items == NULL)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *item = text;
        size_t item_len = (size_t)((comma == NULL ? end : comma) - text);

        text = comma == NULL ? end : comma + 1;
        trim(&item, &item_len);
        items[i] = text_value(p, item, item_len);
        if (items[i].type == KC_NULL)
            return false;
    }
    out->len = n;
    out->as.items = items;
    return true;
}

static kc_status bad(struct kc_error *err, const struct kc_config_key *key, const char *wanted)
{
    return kc_fail(err, KC_ERR_CONFIG, "%s: the value must be %s", key->name, wanted);
}

static kc_status parse_value(struct kc_parsed *p, const struct kc_config_key *key, const char *text,
                             struct kc_value *out, struct kc_error *err)
{
    static const struct {
        uint8_t type;
        int64_t low, high;
        const char *wanted;
    } integers[] = {
        [KC_CFG_INT] = {KC_INT32, INT32_MIN, INT32_MAX, "an integer of 32 bits"},
        [KC_CFG_SHORT] = {KC_INT16, INT16_MIN, INT16_MAX, "an integer of 16 bits"},
        [KC_CFG_LONG] = {KC_INT64, INT64_MIN, INT64_MAX, "an integer of 64 bits"},
    };
    size_t len = strlen(text);

    if (key->type != KC_CFG_STRING && key->type != KC_CFG_PASSWORD)
        trim(&text, &len);
    *out = (struct kc_value){0};
    switch (key->type) {
    case KC_CFG_BOOLEAN:
        out->type = KC_BOOLEAN;
        out->as.i64 = len == 4 && strncasecmp(text, "true", 4) == 0;
        if (out->as.i64 == 0 && !(len == 5 && strncasecmp(text, "false", 5) == 0))
            return bad(err, key, "true or false");
        return KC_OK;
    case KC_CFG_INT:
    case KC_CFG_SHORT:
    case KC_CFG_LONG:
        out->type = integers[key->type].type;
        if (!parse_integer(text, len, integers[key->type].low, integers[key->type].high, &out->as.i64))
            return bad(err, key, integers[key->type].wanted);
        return KC_OK;
    case KC_CFG_DOUBLE:
        out->type = KC_FLOAT64;
        return parse_double(text, len, &out->as.f64) ? KC_OK : bad(err, key, "a number");
    case KC_CFG_LIST:
        return parse_list(p, text, len, out) ? KC_OK
                                             : kc_fail(err, KC_ERR_NOMEM, "%s: out of memory", key->name);
    case KC_CFG_STRING:
    case KC_CFG_CLASS:
    case KC_CFG_PASSWORD:
        *out = text_value(p, text, len);
        return out->type == KC_STRING ? KC_OK : kc_fail(err, KC_ERR_NOMEM, "%s: out of memory", key->name);
    default:
        return kc_fail(err, KC_ERR_CONFIG, "%s: the plugin declares a type that this kconnect does not know",
                       key->name);
    }
}

static kc_status check_value(const struct kc_config_key *key, const struct kc_value *v, struct kc_error *err)
{
    struct kc_error why = KC_ERROR_INIT;
    const char *const *choice = key->choices;

    if ((key->flags & KC_CFG_RANGE) != 0 && v->type >= KC_INT8 && v->type <= KC_INT64 &&
        (v->as.i64 < key->min || v->as.i64 > key->max))
        return kc_fail(err, KC_ERR_CONFIG, "%s: the value must be between %" PRId64 " and %" PRId64,
                       key->name, key->min, key->max);
    if ((key->flags & KC_CFG_NON_EMPTY) != 0 && (v->type == KC_STRING || v->type == KC_ARRAY) && v->len == 0)
        return bad(err, key, "not empty");
    if ((key->flags & KC_CFG_ONE_OF) != 0 && v->type == KC_STRING && choice != NULL) {
        while (*choice != NULL && strcmp(*choice, v->as.str) != 0)
            choice++;
        if (*choice == NULL)
            return bad(err, key, "one of those that the connector's documentation names");
    }
    if (key->check != NULL && key->check(key->name, v, &why) < 0)
        return kc_fail(err, KC_ERR_CONFIG, "%s: %s", key->name, why.message);
    return KC_OK;
}

static const struct kc_config_key *key_at(const struct kc_config_def *def, uint32_t i)
{
    return (const struct kc_config_key *)(const void *)((const uint8_t *)(const void *)def->keys +
                                                        (size_t)i * def->key_size);
}

bool kc_config_declares(const struct kc_config_def *def, const char *name)
{
    for (uint32_t i = 0; def != NULL && i < def->n_keys; i++) {
        if (strcmp(key_at(def, i)->name, name) == 0)
            return true;
    }
    return false;
}

static struct kc_value *add_key(struct kc_parsed *p, const char *name)
{
    struct kc_kv *kv = &p->kvs[p->map.len];
    struct kc_value copy = text_value(p, name, strlen(name));

    if (copy.type == KC_NULL)
        return NULL;
    *kv = (struct kc_kv){.key = {copy.as.str, copy.len, 0}};
    p->map.len++;
    return &kv->value;
}

static kc_status add_declared(struct kc_parsed *p, const struct kc_config_key *key,
                              const struct kc_props *props, struct kc_error *err)
{
    const char *text = kc_props_get(props, key->name);
    struct kc_value *v = add_key(p, key->name);
    kc_status status;

    if (v == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (text == NULL)
        text = key->default_value;
    if (text == NULL && (key->flags & KC_CFG_REQUIRED) != 0)
        return kc_fail(err, KC_ERR_CONFIG, "%s is missing: it is required and has no default", key->name);
    if (text == NULL)
        return KC_OK;
    status = parse_value(p, key, text, v, err);
    return status < 0 ? status : check_value(key, v, err);
}

struct kc_parsed *kc_config_parse(const struct kc_config_def *def, const struct kc_props *props,
                                  struct kc_error *err)
{
    uint32_t n_keys = def == NULL ? 0 : def->n_keys;
    struct kc_parsed *p = calloc(1, sizeof(*p));

    if (p != NULL)
        p->kvs = calloc(n_keys + kc_props_count(props) + 1, sizeof(*p->kvs));
    if (p == NULL || p->kvs == NULL)
        goto no_memory;
    for (uint32_t i = 0; i < n_keys; i++) {
        if (add_declared(p, key_at(def, i), props, err) < 0)
            goto failed;
    }
    for (size_t i = 0; i < kc_props_count(props); i++) {
        const char *text = kc_props_value(props, i);
        struct kc_value *v;

        if (kc_config_declares(def, kc_props_key(props, i)))
            continue;
        v = add_key(p, kc_props_key(props, i));
        if (v == NULL)
            goto no_memory;
        *v = text_value(p, text, strlen(text));
        if (v->type == KC_NULL)
            goto no_memory;
    }
    p->map.kvs = p->kvs;
    return p;

no_memory:
    (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for a configuration");
failed:
    kc_parsed_destroy(p);
    return NULL;
}

void kc_parsed_destroy(struct kc_parsed *p)
{
    if (p == NULL)
        return;
    while (p->blocks != NULL) {
        struct block *next = p->blocks->next;

        free(p->blocks);
        p->blocks = next;
    }
    free(p->kvs);
    free(p);
}

const struct kc_map *kc_parsed_map(const struct kc_parsed *p)
{
    return &p->map;
}

struct kc_props *kc_config_under(const struct kc_props *props, const char *prefix)
{
    struct kc_props *out = kc_props_create();
    size_t n = strlen(prefix);

    for (size_t i = 0; out != NULL && i < kc_props_count(props); i++) {
        const char *key = kc_props_key(props, i);

        if (strncmp(key, prefix, n) != 0)
            continue;
        if (kc_props_set(out, key + n, kc_props_value(props, i)) < 0) {
            kc_props_destroy(out);
            return NULL;
        }
    }
    return out;
}
