#include "plugin/connector_config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/buf.h"
#include "kafka/client_config.h"
#include "plugin/config_value.h"
#include "plugin/key_lookup.h"
#include "plugin/sink_config.h"
#include "plugin/stage_check.h"
#include "plugin/stage_keys.h"

enum { MAX_NAME_CHARS = 48, MAX_SENTENCE_BYTES = 1024 };

#define NAME_RULE                                                                                            \
    "a connector's name has 1 to 48 characters: digits, lower-case letters and hyphens, and does not begin " \
    "with a "                                                                                                \
    "hyphen"

kc_status kc_connector_name_check(const char *name, struct kc_error *err)
{
    size_t n = strlen(name);

    if (n == 0)
        return kc_fail(err, KC_ERR_CONFIG,
                       "Invalid value  for configuration name: String may not be empty; " NAME_RULE);
    if (n > MAX_NAME_CHARS || name[0] == '-' || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != n)
        return kc_fail(err, KC_ERR_CONFIG, "Invalid value %.*s%s for configuration name: " NAME_RULE,
                       2 * MAX_NAME_CHARS, name, n > 2 * MAX_NAME_CHARS ? "..." : "");
    return KC_OK;
}

/* One check of one configuration. */
struct check {
    const struct kc_registry *registry;
    const struct kc_props *config;
    const struct kc_component_info *connector;
    kc_config_problem_fn *problem;
    void *arg;
    size_t n_problems;
};

__attribute__((format(printf, 3, 4))) static void report(struct check *c, const char *key, const char *fmt,
                                                         ...)
{
    char sentence[MAX_SENTENCE_BYTES]; /* a longer one, with a value of kilobytes in it, is cut */
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(sentence, sizeof(sentence), fmt, ap);
    va_end(ap);
    c->n_problems++;
    if (c->problem != NULL)
        c->problem(c->arg, key, sentence);
}

static void check_value(struct check *c, const struct kc_key_info *key, const char *name, const char *value)
{
    struct kc_buf problem = {0};

    if (value == NULL) {
        if ((key->flags & KC_CFG_REQUIRED) != 0)
            report(c, name, "Missing required configuration \"%s\" which has no default value.", name);
        return;
    }
    if (!kc_config_value_check(key, name, value, &problem))
        report(c, name, "%s", problem.failed ? "out of memory" : problem.data);
    kc_buf_finish(&problem);
}

static void check_name(struct check *c)
{
    const char *name = kc_props_get(c->config, "name");
    struct kc_error err = KC_ERROR_INIT;

    if (name == NULL)
        report(c, "name", "Missing required configuration \"name\" which has no default value.");
    else if (kc_connector_name_check(name, &err) < 0)
        report(c, "name", "%s", err.message);
}

/* A range of versions that is none, or allows none of those that are installed. The component that is meant, or NULL. */
static const struct kc_component_info *check_version(struct check *c, const char *role, uint32_t kind,
                                                     const char *name)
{
    struct kc_error err = KC_ERROR_INIT;
    const struct kc_component_info *found;
    const char *range;
    char key[64];

    (void)snprintf(key, sizeof(key), "%s.plugin.version", role);
    range = kc_props_get(c->config, key);
    found = kc_registry_select(c->registry, kind, name, range, &err);
    if (found == NULL)
        report(c, key, "Invalid value %s for configuration %s: %s", range, key, err.message);
    return found;
}

static void check_class(struct check *c)
{
    const char *name = kc_props_get(c->config, "connector.class");
    struct kc_buf available = {0};

    if (name == NULL || name[0] == '\0') {
        report(c, "connector.class",
               "Missing required configuration \"connector.class\" which has no default value.");
        return;
    }
    c->connector = kc_registry_find(c->registry, 0, name);
    if (c->connector != NULL) {
        const struct kc_component_info *chosen = check_version(c, "connector", c->connector->kind, name);

        c->connector = chosen != NULL ? chosen : c->connector;
        return;
    }
    kc_component_ids(c->registry, 0, &available);
    report(c, "connector.class",
           "Failed to find any connector whose id or alias is %s; installed on this worker are: %s. Put its "
           "plugin into "
           "plugin.path of every worker.",
           name, available.failed ? "?" : available.data);
    kc_buf_finish(&available);
}

static void check_common_keys(struct check *c)
{
    size_t n;
    const struct kc_key_info *keys =
        kc_common_keys(c->connector != NULL ? c->connector->kind : KC_KIND_SOURCE, &n);

    for (size_t i = 0; i < n; i++) {
        const char *name = keys[i].name;

        /* These two have sentences of their own; what the connector declares itself is checked by its declaration. */
        if (strcmp(name, "name") == 0 || strcmp(name, "connector.class") == 0 ||
            (c->connector != NULL && kc_key_of(c->connector, name) != NULL))
            continue;
        check_value(c, &keys[i], name, kc_props_get(c->config, name));
    }
}

/* What Kafka Connect would act upon and we cannot: going on without a word would deliver other records, or elsewhere. */
static void check_unsupported(struct check *c, const char *key, const char *what)
{
    const char *value = kc_props_or(c->config, key, "");

    if (value[strspn(value, " \t")] != '\0')
        report(
            c, key,
            "Invalid value %s for configuration %s: this version runs connectors without %s; remove the key",
            value, key, what);
}

static void check_converter(struct check *c, const char *side)
{
    const char *name = kc_converter_name(c->connector, c->config, side);
    uint32_t kind = kc_converter_kind(side);
    struct kc_buf available = {0};
    char key[32];

    if (name == NULL)
        return;
    (void)snprintf(key, sizeof(key), "%s.converter", side);
    if (kc_registry_find(c->registry, kind, name) != NULL) {
        (void)check_version(c, key, kind, name);
        return;
    }
    kc_component_ids(c->registry, kind, &available);
    report(c, key,
           "Invalid value %s for configuration %s: Class %s could not be found; installed converters "
           "are: %s.",
           name, key, name, available.failed ? "?" : available.data);
    kc_buf_finish(&available);
}

/* Every key of the transforms, predicates and converters by its declaration, and what no declaration can say. */
static void check_stages(struct check *c)
{
    struct kc_stage_keys stages;

    kc_stage_keys_make(&stages, c->registry, c->connector, c->config);
    for (size_t i = 0; i < stages.n; i++)
        check_value(c, &stages.keys[i], stages.keys[i].name, kc_props_get(c->config, stages.keys[i].name));
    if (stages.failed)
        report(c, "transforms", "out of memory");
    kc_stage_keys_finish(&stages);
    c->n_problems += kc_stage_check(c->registry, c->config, c->problem, c->arg);
}

static void check_overrides(struct check *c)
{
    for (size_t i = 0; i < kc_props_count(c->config); i++) {
        const char *key = kc_props_key(c->config, i), *property = kc_client_override(key);

        if (property != NULL && !kc_client_key_known(property) &&
            strcmp(key, KC_MAX_POLL_RECORDS) != 0) /* of ours, not of librdkafka */
            report(c, key, "Unknown configuration %s: librdkafka has no property %s.", key, property);
    }
}

static void report_sink(void *arg, const char *key, const char *sentence)
{
    report(arg, key, "%s", sentence);
}

size_t kc_connector_config_check(const struct kc_registry *r, const struct kc_props *config,
                                 kc_config_problem_fn *problem, void *arg)
{
    struct check c = {.registry = r, .config = config, .problem = problem, .arg = arg};

    check_name(&c);
    check_class(&c);
    check_common_keys(&c);
    check_unsupported(&c, "topic.creation.groups", "groups of topics");
    check_converter(&c, "key");
    check_converter(&c, "value");
    check_converter(&c, "header");
    check_stages(&c);
    check_overrides(&c);
    if (c.connector == NULL)
        return c.n_problems;
    if (c.connector->kind == KC_KIND_SINK)
        kc_sink_config_check(config, report_sink, &c);
    for (size_t i = 0; i < c.connector->n_keys; i++)
        check_value(&c, &c.connector->keys[i], c.connector->keys[i].name,
                    kc_props_get(config, c.connector->keys[i].name));
    return c.n_problems;
}

/* The converter that is meant when nobody names one: the only one there is. */
static const struct kc_component_info *only_converter(const struct kc_registry *r)
{
    const struct kc_component_info **list, *found = NULL;
    size_t n, ids = 0;

    list = kc_registry_list(r, &n);
    for (size_t i = 0; i < n; i++) {
        if (list[i]->kind != KC_KIND_CONVERTER)
            continue;
        ids += found == NULL || strcmp(found->id, list[i]->id) != 0;
        found = list[i];
    }
    free(list);
    return ids == 1 ? found : NULL;
}

/* By name and range of versions, both of the same configuration. */
static const struct kc_component_info *select_converter(const struct kc_registry *r,
                                                        const struct kc_props *props, const char *side,
                                                        const char *name)
{
    char key[48];

    (void)snprintf(key, sizeof(key), "%s.converter.plugin.version", side);
    return kc_registry_select(r, kc_converter_kind(side), name, kc_props_get(props, key), NULL);
}

bool kc_converter_is_workers(const struct kc_props *worker, const struct kc_props *config, const char *side)
{
    char key[32];

    (void)snprintf(key, sizeof(key), "%s.converter", side);
    return kc_props_or(config, key, "")[0] == '\0' && worker != NULL &&
           kc_props_or(worker, key, "")[0] != '\0';
}

const struct kc_component_info *kc_connector_converter(const struct kc_registry *r,
                                                       const struct kc_props *worker,
                                                       const struct kc_props *config, const char *side)
{
    bool header = kc_converter_kind(side) == KC_KIND_HEADER_CONVERTER;
    char key[32];
    const char *name;

    (void)snprintf(key, sizeof(key), "%s.converter", side);
    if (kc_converter_is_workers(worker, config, side))
        return select_converter(r, worker, side, kc_props_get(worker, key));
    name = kc_converter_name(kc_connector_component(r, config), config, side);
    if (name != NULL)
        return select_converter(r, config, side, name);
    return header ? kc_registry_find(r, KC_KIND_HEADER_CONVERTER, "simple") : only_converter(r);
}

kc_status kc_connector_converter_check(const struct kc_registry *r, const struct kc_props *worker,
                                       const struct kc_props *config, const char *side, struct kc_error *err)
{
    bool workers = kc_converter_is_workers(worker, config, side);
    const char *name;
    char key[32];

    (void)snprintf(key, sizeof(key), "%s.converter", side);
    name = kc_props_or(workers ? worker : config, key, "");
    if (kc_connector_converter(r, worker, config, side) != NULL)
        return KC_OK;
    if (name[0] != '\0')
        return kc_fail(
            err, KC_ERR_CONFIG,
            "%s: %s%s is not installed on this worker, or not in a version that %s.plugin.version allows",
            key, workers ? "the worker's " : "", name, key);
    if (kc_converter_kind(side) == KC_KIND_HEADER_CONVERTER)
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG,
                   "%s: neither the connector nor the worker names a converter, and there is not just one to "
                   "choose: set the key, e.g. to json",
                   key);
}
