#include "task/config_resolve.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/reference.h"
#include "task/host_table.h"
#include "task/parse_config.h"
#include "task/plugin_load.h"
#include "task/report.h"

/* One provider of the start message. */
struct provider {
    const char *name;
    const cJSON *item;
    const struct kc_config_provider_ops *ops;
    struct kc_ctx ctx;
    void *self;
    bool open;
};

/* One different reference. */
struct lookup {
    size_t provider;
    char *path, *key;
    char *value;        /* NULL: not asked yet, or not there */
    const char *needed; /* the first key of the configuration that refers to it */
};

struct work {
    const struct kc_resolver *resolver;
    struct provider *providers;
    size_t n_providers;
    struct lookup *lookups;
    size_t n_lookups;
    size_t bytes; /* of all values made */
};

void kc_report_value(struct kc_report *r, const char *key, struct kc_str value, int64_t ttl_ms)
{
    char *text;

    (void)ttl_ms; /* values are read anew when the task starts anew */
    if (r == NULL || r->values == NULL || key == NULL || value.ptr == NULL)
        return;
    text = memchr(value.ptr, '\0', value.len) != NULL ? NULL : strndup(value.ptr, value.len);
    r->failed = r->failed || text == NULL || kc_props_set(r->values, key, text) < 0;
    if (text != NULL)
        explicit_bzero(text, value.len);
    free(text);
}

static kc_status no_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory for the values of config providers");
}

/* The configured provider that a reference names, or NULL. */
static struct provider *provider_of(const struct work *w, const struct kc_reference *r)
{
    for (size_t i = 0; i < w->n_providers; i++)
        if (kc_reference_is_of(r, w->providers[i].name))
            return &w->providers[i];
    return NULL;
}

static bool same(const char *text, const char *span, size_t n)
{
    return strlen(text) == n && memcmp(text, span, n) == 0;
}

static struct lookup *lookup_of(const struct work *w, const struct kc_reference *r)
{
    for (size_t i = 0; i < w->n_lookups; i++) {
        struct lookup *l = &w->lookups[i];

        if (kc_reference_is_of(r, w->providers[l->provider].name) && same(l->path, r->path, r->path_len) &&
            same(l->key, r->key, r->key_len))
            return l;
    }
    return NULL;
}

static kc_status add_lookup(struct work *w, const struct kc_reference *r, const char *needed,
                            struct kc_error *err)
{
    const struct provider *p = provider_of(w, r);
    struct lookup *list, *l;

    if (p == NULL && kc_reference_has_name(r))
        kc_log(KC_WARN, "worker/task",
               "%s: no config provider of the name in ${...} is configured; the text stays as it is", needed);
    if (p == NULL)
        return KC_OK;
    if (lookup_of(w, r) != NULL)
        return KC_OK;
    if (w->n_lookups == KC_RESOLVE_MAX_REFERENCES)
        return kc_fail(err, KC_ERR_CONFIG,
                       "%s: there are more than %d different references to config providers", needed,
                       KC_RESOLVE_MAX_REFERENCES);
    list = reallocarray(w->lookups, w->n_lookups + 1, sizeof(*list));
    if (list == NULL)
        return no_memory(err);
    w->lookups = list;
    l = &list[w->n_lookups++];
    *l = (struct lookup){.provider = (size_t)(p - w->providers),
                         .path = strndup(r->path, r->path_len),
                         .key = strndup(r->key, r->key_len),
                         .needed = needed};
    return l->path == NULL || l->key == NULL ? no_memory(err) : KC_OK;
}

static kc_status collect(struct work *w, const struct kc_props *props, struct kc_error *err)
{
    for (size_t i = 0; props != NULL && i < kc_props_count(props); i++) {
        const char *at = kc_props_value(props, i);
        struct kc_reference r;

        for (; kc_reference_next(at, &r); at = r.text + r.len)
            if (add_lookup(w, &r, kc_props_key(props, i), err) < 0)
                return err->status;
    }
    return KC_OK;
}

/* The context that a plugin gets; a process without a task has none. */
static struct kc_ctx *ctx_of(struct provider *p)
{
    return p->ctx.task != NULL ? &p->ctx : NULL;
}

static void enter(const struct work *w, const struct provider *p, const char *call)
{
    if (w->resolver->page != NULL)
        kc_crash_page_enter(w->resolver->page, p->ctx.component.label, call);
}

static kc_status open_provider(struct work *w, struct provider *p, struct kc_error *err)
{
    const char *file = kc_json_text(p->item, "file"), *id = kc_json_text(p->item, "id");
    struct kc_props *props = kc_json_to_props(kc_json_member(p->item, "config"), NULL, err);
    struct kc_component_ref component;
    struct kc_parsed *config = NULL;
    kc_status status = KC_ERR_FATAL;

    if (props == NULL || file == NULL || id == NULL) {
        (void)kc_fail(err, status, "the worker did not say which plugin it is");
    } else {
        status = kc_plugin_load(file, KC_KIND_CONFIG_PROVIDER, id, w->resolver->host, &component, err);
        if (status == KC_OK) {
            p->ctx = (struct kc_ctx){.task = w->resolver->task, .component = component, .stage = "TASK_POLL"};
            config = kc_config_parse(component.def->config, props, err);
            status = config == NULL ? err->status : KC_OK;
        }
    }
    kc_props_destroy(props);
    if (status == KC_OK) {
        p->ops = p->ctx.component.def->ops;
        enter(w, p, "open");
        status = p->ops->open(ctx_of(p), kc_parsed_map(config), &p->self, err);
        enter(w, p, NULL);
        p->open = status >= 0;
    }
    kc_parsed_destroy(config);
    return status;
}

/* One call of get(). KC_OK: the answers are in *values, which the caller destroys. */
static kc_status get(struct work *w, struct provider *p, const char *path, const char *const *keys,
                     uint32_t n_keys, struct kc_props **values, struct kc_error *err)
{
    struct kc_report report = {.fd = -1, .values = kc_props_create()};
    kc_status status;

    if (report.values == NULL)
        return no_memory(err);
    enter(w, p, "get");
    status = p->ops->get(p->self, path, keys, n_keys, &report, err);
    enter(w, p, NULL);
    if (status >= 0 && report.failed)
        status = kc_fail(err, KC_ERR_CONFIG, "a value has a zero byte in it, or there is no memory for it");
    if (status < 0) {
        if (err->message[0] == '\0')
            (void)kc_fail(err, status, "it failed and gave no reason");
        err->status = status;
        kc_props_destroy(report.values);
        return status;
    }
    *values = report.values;
    return KC_OK;
}

/* Whether two lookups are answered by one call. */
static bool together(const struct lookup *a, const struct lookup *b)
{
    return a->provider == b->provider && strcmp(a->path, b->path) == 0;
}

/* After a call for several keys failed: the one to blame, so that the sentence has the right key in front. */
static kc_status blame(struct work *w, const struct lookup *first, struct kc_error *err)
{
    struct provider *p = &w->providers[first->provider];
    const struct lookup *end = w->lookups + w->n_lookups;
    struct kc_error one = KC_ERROR_INIT;

    for (const struct lookup *l = first; l < end; l++) {
        struct kc_props *values = NULL;

        if (!together(l, first))
            continue;
        if (get(w, p, l->path, (const char *const *)&l->key, 1, &values, &one) < 0) {
            *err = one;
            return kc_wrap(err, "%s: config provider %s", l->needed, p->name);
        }
        kc_props_destroy(values);
    }
    return kc_wrap(err, "%s: config provider %s", first->needed, p->name);
}

/* Asks for all keys of one path in one call, so that they are of one moment. */
static kc_status ask(struct work *w, struct lookup *first, struct kc_error *err)
{
    struct provider *p = &w->providers[first->provider];
    struct lookup *end = w->lookups + w->n_lookups;
    const char **keys = calloc(w->n_lookups, sizeof(*keys));
    struct kc_props *values = NULL;
    uint32_t n = 0;
    kc_status status;

    if (keys == NULL)
        return no_memory(err);
    for (struct lookup *l = first; l < end; l++)
        if (together(l, first))
            keys[n++] = l->key;
    status = get(w, p, first->path, keys, n, &values, err);
    free(keys);
    if (status < 0)
        return blame(w, first, err);
    for (struct lookup *l = first; l < end && status == KC_OK; l++) {
        const char *value = together(l, first) ? kc_props_get(values, l->key) : NULL;

        if (!together(l, first))
            continue;
        if (value == NULL)
            status = kc_fail(err, KC_ERR_CONFIG, "%s: the config provider %s has no key \"%s\"%s%s",
                             l->needed, p->name, l->key, l->path[0] != '\0' ? " in " : "", l->path);
        else if ((l->value = strdup(value)) == NULL)
            status = no_memory(err);
    }
    kc_props_destroy(values);
    return status;
}

/* No sentence of this process holds the value from here on, whoever makes it. */
static kc_status hide(const struct work *w, const struct lookup *l, struct kc_error *err)
{
    struct kc_buf reference = {0};
    kc_status status;

    kc_buf_printf(&reference, "${%s:%s%s%s}", w->providers[l->provider].name, l->path,
                  l->path[0] != '\0' ? ":" : "", l->key);
    status = reference.failed || kc_redact_add(l->value, reference.data) < 0 ? no_memory(err) : KC_OK;
    kc_buf_finish(&reference);
    return status;
}

static kc_status look_up_all(struct work *w, struct kc_error *err)
{
    for (size_t i = 0; i < w->n_lookups; i++) {
        struct lookup *l = &w->lookups[i];
        struct provider *p = &w->providers[l->provider];

        if (l->value != NULL)
            continue;
        if (!p->open && open_provider(w, p, err) < 0)
            return kc_wrap(err, "%s: config provider %s", l->needed, p->name);
        if (ask(w, l, err) < 0)
            return err->status;
    }
    for (size_t i = 0; i < w->n_lookups; i++)
        if (hide(w, &w->lookups[i], err) < 0)
            return err->status;
    return KC_OK;
}

/* The value of a key with its references replaced, in `out`. */
static kc_status replace(struct work *w, const char *key, const char *value, struct kc_buf *out,
                         struct kc_error *err)
{
    const char *at = value;
    struct kc_reference r;

    for (; kc_reference_next(at, &r); at = r.text + r.len) {
        const struct lookup *l = lookup_of(w, &r);

        kc_buf_add(out, at, (size_t)(r.text - at));
        if (l != NULL)
            kc_buf_str(out, l->value);
        else
            kc_buf_add(out, r.text, r.len);
        if (out->len > KC_RESOLVE_MAX_VALUE_BYTES)
            break;
    }
    kc_buf_str(out, at);
    if (out->failed)
        return no_memory(err);
    w->bytes += out->len;
    if (out->len > KC_RESOLVE_MAX_VALUE_BYTES || w->bytes > KC_RESOLVE_MAX_BYTES)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "%s: with its references to config providers replaced, the value is longer than 1 MiB, or all "
            "such values together are longer than 16 MiB",
            key);
    return KC_OK;
}

/* `copy` is of `props`; the values in it that have references are replaced. */
static kc_status replace_all(struct work *w, const struct kc_props *props, struct kc_props *copy,
                             struct kc_error *err)
{
    struct kc_buf text = {0};
    kc_status status = KC_OK;

    for (size_t i = 0; i < kc_props_count(props) && status == KC_OK; i++) {
        const char *key = kc_props_key(props, i), *value = kc_props_value(props, i);
        struct kc_reference r;

        if (!kc_reference_next(value, &r))
            continue;
        kc_buf_clear(&text);
        status = replace(w, key, value, &text, err);
        if (status == KC_OK && kc_props_set(copy, key, text.data) < 0)
            status = no_memory(err);
    }
    if (text.data != NULL)
        explicit_bzero(text.data, text.cap);
    kc_buf_finish(&text);
    return status;
}

/* Once everything is known: moves what was replaced from the copy into the original. */
static kc_status take_over(struct kc_props *props, const struct kc_props *copy, struct kc_error *err)
{
    for (size_t i = 0; i < kc_props_count(copy); i++)
        if (strcmp(kc_props_value(props, i), kc_props_value(copy, i)) != 0 &&
            kc_props_set(props, kc_props_key(copy, i), kc_props_value(copy, i)) < 0)
            return no_memory(err);
    return KC_OK;
}

static kc_status rewrite(struct work *w, struct kc_props *const *props, size_t n, struct kc_error *err)
{
    struct kc_props **copies = calloc(n, sizeof(struct kc_props *));
    kc_status status = copies == NULL ? no_memory(err) : KC_OK;

    for (size_t i = 0; i < n && status == KC_OK; i++) {
        if (props[i] == NULL)
            continue;
        copies[i] = kc_props_copy(props[i]);
        status = copies[i] == NULL ? no_memory(err) : replace_all(w, props[i], copies[i], err);
    }
    for (size_t i = 0; i < n && status == KC_OK; i++)
        status = props[i] == NULL ? KC_OK : take_over(props[i], copies[i], err);
    for (size_t i = 0; copies != NULL && i < n; i++)
        kc_props_destroy(copies[i]);
    free(copies);
    return status;
}

static kc_status read_providers(struct work *w, struct kc_error *err)
{
    int n = cJSON_GetArraySize(w->resolver->providers);
    const cJSON *item;

    w->providers = calloc((size_t)n + 1, sizeof(*w->providers));
    if (w->providers == NULL)
        return no_memory(err);
    cJSON_ArrayForEach(item, w->resolver->providers)
    {
        const char *name = kc_json_text(item, "name");

        if (name != NULL)
            w->providers[w->n_providers++] = (struct provider){.name = name, .item = item};
    }
    return KC_OK;
}

static void finish(struct work *w)
{
    for (size_t i = 0; i < w->n_providers; i++) {
        if (!w->providers[i].open)
            continue;
        enter(w, &w->providers[i], "close");
        w->providers[i].ops->close(w->providers[i].self);
        enter(w, &w->providers[i], NULL);
    }
    for (size_t i = 0; i < w->n_lookups; i++) {
        if (w->lookups[i].value != NULL)
            explicit_bzero(w->lookups[i].value, strlen(w->lookups[i].value));
        free(w->lookups[i].value);
        free(w->lookups[i].path);
        free(w->lookups[i].key);
    }
    free(w->lookups);
    free(w->providers);
}

kc_status kc_config_resolve(const struct kc_resolver *resolver, struct kc_props *const *props, size_t n,
                            struct kc_error *err)
{
    struct work w = {.resolver = resolver};
    kc_status status = read_providers(&w, err);

    for (size_t i = 0; i < n && status == KC_OK; i++)
        status = collect(&w, props[i], err);
    if (status == KC_OK && w.n_lookups > 0)
        status = look_up_all(&w, err);
    if (status == KC_OK && w.n_lookups > 0)
        status = rewrite(&w, props, n, err);
    finish(&w);
    return status;
}
