#include "field_path.h"

#include <strings.h>

#include "values.h"

const char *const kc_path_versions[] = {"V1", "V2", NULL};

static bool is_version(const struct kc_value *v, const char *version)
{
    return v->len == 2 && strncasecmp(v->as.str, version, 2) == 0;
}

kc_status kc_path_check_version(const char *name, const struct kc_value *v, struct kc_error *err)
{
    (void)name;
    if (v->type != KC_STRING || is_version(v, "V1") || is_version(v, "V2"))
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG, "%.*s is no version of the syntax: V1 or V2", (int)v->len, v->as.str);
}

/* Appends text[start..end) to the last step; steps are built in place, in memory as long as the path. */
static void extend(struct kc_str *step, const char *text, size_t start, size_t end)
{
    memcpy((char *)(uintptr_t)step->ptr + step->len, text + start, end - start);
    step->len += (uint32_t)(end - start);
}

/* A step in backticks, which begins at `at`. Returns where the next one begins, or 0: the pair is incomplete. */
static size_t quoted_step(const char *text, size_t n, size_t at, struct kc_str *step)
{
    size_t start = at + 1;

    for (size_t i = start; i < n; i++) {
        bool escaped = text[i - 1] == '\\';

        if (text[i] != '`')
            continue;
        if (i == n - 1) {
            extend(step, text, start, i);
            return escaped ? 0 : n;
        }
        if (text[i + 1] != '.') /* a backtick within the name */
            continue;
        if (!escaped) {
            extend(step, text, start, i);
            return i + 2;
        }
        extend(step, text, start, i - 1);
        extend(step, "`", 0, 1);
        start = i + 1;
    }
    return 0;
}

static kc_status split(struct kc_path *p, char *memory, struct kc_error *err)
{
    const char *text = p->text.ptr;
    size_t n = p->text.len, at = 0;

    while (at < n) {
        struct kc_str *step = &p->steps.list[p->steps.n++];

        *step = (struct kc_str){memory, 0, 0};
        if (text[at] == '`') {
            size_t next = quoted_step(text, n, at, step);

            if (next == 0)
                return kc_fail(
                    err, KC_ERR_CONFIG,
                    "Incomplete backtick pair in path: [%s], consider adding a backslash before backtick "
                    "at position %zu to escape it",
                    text, at);
            at = next;
        } else {
            const char *dot = memchr(text + at, '.', n - at);
            size_t end = dot == NULL ? n : (size_t)(dot - text);

            extend(step, text, at, end);
            at = dot == NULL ? n : end + 1;
        }
        memory += step->len;
    }
    if (n == 0 || text[n - 1] == '.')
        p->steps.list[p->steps.n++] = kc_str("");
    return KC_OK;
}

kc_status kc_path_read(struct kc_smt *s, const struct kc_map *config, const char *key, struct kc_path *out,
                       struct kc_error *err)
{
    const struct kc_value *version = kc_map_get(config, "field.syntax.version");
    char *memory;

    *out = (struct kc_path){0};
    if (kc_setting_text(s, config, key, &out->text, err) < 0)
        return KC_ERR_NOMEM;
    if (out->text.ptr == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "%s needs %s, the name of a field", s->type->name, key);
    out->steps.list = kc_smt_alloc(s, (out->text.len + 2) * sizeof(*out->steps.list), err);
    memory = kc_smt_alloc(s, out->text.len + 1, err);
    if (out->steps.list == NULL || memory == NULL)
        return KC_ERR_NOMEM;
    if (version != NULL && version->type == KC_STRING && is_version(version, "V2"))
        return split(out, memory, err);
    out->steps.list[0] = out->text;
    out->steps.n = 1;
    return KC_OK;
}

const struct kc_schema *kc_path_schema(const struct kc_path *p, const struct kc_schema *schema, int32_t *at,
                                       struct kc_error *err)
{
    for (uint32_t i = 0; i < p->steps.n; i++) {
        if (schema->type != KC_STRUCT) {
            (void)kc_fail(err, KC_ERR_RECORD, "Cannot look up fields on non-struct type: %s of %s is %s",
                          p->steps.list[i].ptr, p->text.ptr, kc_type_name(schema->type));
            return NULL;
        }
        at[i] = kc_field_index(schema, p->steps.list[i]);
        if (at[i] < 0) {
            (void)kc_fail(err, KC_ERR_RECORD, "Unknown field: %s", p->text.ptr);
            return NULL;
        }
        schema = schema->fields[at[i]].schema;
    }
    return schema;
}

kc_status kc_path_in_struct(const int32_t *at, uint32_t n, const struct kc_schema *schema,
                            const struct kc_value *v, bool replace_null, struct kc_value *out,
                            struct kc_error *err)
{
    struct kc_value now = *v;

    for (uint32_t i = 0; i < n && now.type != KC_NULL; i++) {
        if (kc_require_struct(schema, &now, "nested field access", err) < 0)
            return err->status;
        schema = schema->fields[at[i]].schema;
        now = kc_or_default(schema, now.as.items[at[i]], replace_null);
    }
    *out = now;
    return KC_OK;
}

kc_status kc_path_in_map(const struct kc_path *p, const struct kc_value *map, struct kc_value *out,
                         struct kc_error *err)
{
    const struct kc_value *now = map;

    for (uint32_t i = 0; i < p->steps.n; i++) {
        if (now != NULL && now->type != KC_NULL && kc_require_map(now, "nested field access", err) < 0)
            return err->status;
        now = now == NULL || now->type == KC_NULL ? NULL : kc_map_find(now, p->steps.list[i]);
    }
    *out = now == NULL ? (struct kc_value){0} : *now;
    return KC_OK;
}
