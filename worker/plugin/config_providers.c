#include "plugin/config_providers.h"

#include <stdio.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/reference.h"
#include "plugin/config_value.h"

enum { MAX_KEY_BYTES = 256, MAX_SENTENCE_BYTES = 512 };

/* Looks for a name in the list config.providers. */
struct search {
    const struct kc_reference *wanted;
    bool found;
};

static void compare(void *arg, const char *item, size_t n)
{
    struct search *s = arg;

    s->found =
        s->found || (n > 0 && n == s->wanted->provider_len && memcmp(item, s->wanted->provider, n) == 0);
}

static bool is_configured(const struct kc_props *worker, const struct kc_reference *r)
{
    struct search s = {.wanted = r};

    kc_config_list_each(kc_props_or(worker, "config.providers", ""), compare, &s);
    return s.found;
}

bool kc_config_refers(const struct kc_props *worker, const struct kc_props *config, const char *key)
{
    const char *at = kc_props_get(config, key);
    struct kc_reference r;

    for (; at != NULL && kc_reference_next(at, &r); at = r.text + r.len)
        if (is_configured(worker, &r))
            return true;
    return false;
}

static bool ends_with(const char *key, const char *end)
{
    size_t n = strlen(key), m = strlen(end);

    return n > m && strcmp(key + n - m, end) == 0;
}

/* The keys by which the worker finds plugins, places tasks and caps memory. */
static bool is_read_by_worker(const char *key)
{
    static const char *const keys[] = {"name",          "connector.class", "tasks.max",
                                       "key.converter", "value.converter", "header.converter",
                                       "transforms",    "predicates",      "task.memory.max.mb"};
    static const char *const stage_ends[] = {".type", ".predicate", ".negate"};
    bool stage = strncmp(key, "transforms.", 11) == 0 || strncmp(key, "predicates.", 11) == 0;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    for (size_t i = 0; stage && i < sizeof(stage_ends) / sizeof(stage_ends[0]); i++)
        if (ends_with(key, stage_ends[i]))
            return true;
    return ends_with(key, ".plugin.version") || strncmp(key, "errors.restart.", 15) == 0;
}

/* The component behind a reference. NULL: `sentence` says what is wrong, without the key in front. */
static const struct kc_component_info *component_of(const struct kc_registry *r,
                                                    const struct kc_props *worker,
                                                    const struct kc_reference *ref, char *sentence)
{
    const struct kc_component_info *c;
    char key[MAX_KEY_BYTES];
    const char *name;

    (void)snprintf(key, sizeof(key), "config.providers.%.*s.class", (int)ref->provider_len, ref->provider);
    name = kc_props_or(worker, key, "");
    c = kc_registry_find(r, KC_KIND_CONFIG_PROVIDER, name);
    if (c == NULL)
        (void)snprintf(sentence, MAX_SENTENCE_BYTES,
                       "the worker's %s names %s, and no config provider of that name is installed; put its "
                       "plugin into plugin.path",
                       key, name[0] != '\0' ? name : "nothing");
    return c;
}

/* What is wrong with one reference; false: nothing. */
static bool is_wrong(const struct kc_registry *r, const struct kc_props *worker,
                     const struct kc_props *config, const char *key, const struct kc_reference *ref,
                     char *sentence)
{
    const char *names = kc_props_or(worker, "config.providers", "");

    if (is_configured(worker, ref)) {
        if (component_of(r, worker, ref, sentence) == NULL)
            return true;
        if (!is_read_by_worker(key))
            return false;
        (void)snprintf(
            sentence, MAX_SENTENCE_BYTES,
            "the worker reads this key itself, and does not replace references to config providers; "
            "give the value itself");
        return true;
    }
    if (!kc_reference_has_name(ref))
        return false; /* some other text with a brace and a colon in it */
    /* Of a secret not even that is shown which looks like a name. */
    if (kc_connector_config_secret(r, config, key))
        (void)snprintf(
            sentence, MAX_SENTENCE_BYTES,
            "the value refers to a config provider that this worker does not have; its config.providers "
            "are: %s",
            names[0] != '\0' ? names : "none");
    else
        (void)snprintf(sentence, MAX_SENTENCE_BYTES,
                       "this worker has no config provider named %.*s; its config.providers are: %s",
                       (int)(ref->provider_len < 64 ? ref->provider_len : 64), ref->provider,
                       names[0] != '\0' ? names : "none");
    return true;
}

size_t kc_config_references_check(const struct kc_registry *r, const struct kc_props *worker,
                                  const struct kc_props *config, kc_config_problem_fn *problem, void *arg)
{
    char why[MAX_SENTENCE_BYTES], sentence[MAX_SENTENCE_BYTES + MAX_KEY_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < kc_props_count(config); i++) {
        const char *key = kc_props_key(config, i), *at = kc_props_value(config, i);
        struct kc_reference ref;

        for (; kc_reference_next(at, &ref); at = ref.text + ref.len) {
            if (!is_wrong(r, worker, config, key, &ref, why))
                continue;
            (void)snprintf(sentence, sizeof(sentence), "Invalid value for configuration %.200s: %s", key,
                           why);
            problem(arg, key, sentence);
            n++;
            break; /* one sentence for each key */
        }
    }
    return n;
}

/* The keys behind config.providers.<name>.param. */
static cJSON *params_of(const struct kc_props *worker, const char *name)
{
    cJSON *params = cJSON_CreateObject();
    char prefix[MAX_KEY_BYTES];
    size_t n = (size_t)snprintf(prefix, sizeof(prefix), "config.providers.%s.param.", name);

    for (size_t i = 0; n < sizeof(prefix) && i < kc_props_count(worker); i++)
        if (strncmp(kc_props_key(worker, i), prefix, n) == 0)
            cJSON_AddStringToObject(params, kc_props_key(worker, i) + n, kc_props_value(worker, i));
    return params;
}

static kc_status add_provider(cJSON *list, const struct kc_registry *r, const struct kc_props *worker,
                              const struct kc_reference *ref, struct kc_error *err)
{
    const struct kc_component_info *c;
    char name[MAX_KEY_BYTES], sentence[MAX_SENTENCE_BYTES];
    const cJSON *known;
    cJSON *item;

    (void)snprintf(name, sizeof(name), "%.*s", (int)ref->provider_len, ref->provider);
    cJSON_ArrayForEach(known, list)
    {
        if (strcmp(kc_json_text(known, "name"), name) == 0)
            return KC_OK;
    }
    c = component_of(r, worker, ref, sentence);
    if (c == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "%s", sentence);
    item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "name", name);
    cJSON_AddStringToObject(item, "id", c->id);
    cJSON_AddStringToObject(item, "version", c->version);
    cJSON_AddStringToObject(item, "file", c->file);
    cJSON_AddItemToObject(item, "config", params_of(worker, name));
    return cJSON_AddItemToArray(list, item) ? KC_OK : kc_fail(err, KC_ERR_NOMEM, "out of memory");
}

cJSON *kc_config_providers_json(const struct kc_registry *r, const struct kc_props *worker,
                                const struct kc_props *config, struct kc_error *err)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; list != NULL && i < kc_props_count(config); i++) {
        const char *at = kc_props_value(config, i);
        struct kc_reference ref;

        for (; kc_reference_next(at, &ref); at = ref.text + ref.len) {
            if (!is_configured(worker, &ref) || add_provider(list, r, worker, &ref, err) == KC_OK)
                continue;
            (void)kc_wrap(err, "%s", kc_props_key(config, i));
            cJSON_Delete(list);
            return NULL;
        }
    }
    if (list == NULL)
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
    return list;
}
