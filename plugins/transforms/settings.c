#include "settings.h"

#include "values.h"

kc_status kc_setting_copy(struct kc_smt *s, const char *text, size_t len, struct kc_str *out,
                          struct kc_error *err)
{
    char *copy = kc_smt_alloc(s, len + 1, err);

    if (copy == NULL)
        return KC_ERR_NOMEM;
    if (len > 0)
        memcpy(copy, text, len);
    *out = (struct kc_str){copy, (uint32_t)len, 0};
    return KC_OK;
}

kc_status kc_setting_text(struct kc_smt *s, const struct kc_map *config, const char *key, struct kc_str *out,
                          struct kc_error *err)
{
    const struct kc_value *v = kc_map_get(config, key);

    *out = (struct kc_str){0};
    if (v == NULL || v->type != KC_STRING)
        return KC_OK;
    return kc_setting_copy(s, v->as.str, v->len, out, err);
}

kc_status kc_setting_list(struct kc_smt *s, const struct kc_map *config, const char *key,
                          struct kc_names *out, struct kc_error *err)
{
    const struct kc_value *v = kc_map_get(config, key);

    *out = (struct kc_names){0};
    if (v == NULL || v->type != KC_ARRAY || v->len == 0)
        return KC_OK;
    out->list = kc_smt_alloc(s, v->len * sizeof(*out->list), err);
    if (out->list == NULL)
        return KC_ERR_NOMEM;
    for (; out->n < v->len; out->n++)
        if (kc_setting_copy(s, v->as.items[out->n].as.str, v->as.items[out->n].len, &out->list[out->n], err) <
            0)
            return KC_ERR_NOMEM;
    return KC_OK;
}

bool kc_setting_flag(const struct kc_map *config, const char *key, bool fallback)
{
    const struct kc_value *v = kc_map_get(config, key);

    return v == NULL || v->type != KC_BOOLEAN ? fallback : v->as.i64 != 0;
}

int32_t kc_names_find(const struct kc_names *names, struct kc_str name)
{
    for (uint32_t i = 0; i < names->n; i++)
        if (kc_same_text(names->list[i], name))
            return (int32_t)i;
    return -1;
}

kc_status kc_check_not_empty(const char *name, const struct kc_value *v, struct kc_error *err)
{
    (void)name;
    if (v->type == KC_STRING && v->len == 0)
        return kc_fail(err, KC_ERR_CONFIG, "the text must not be empty");
    return KC_OK;
}
