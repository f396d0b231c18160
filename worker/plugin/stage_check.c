#include "plugin/stage_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "plugin/key_lookup.h"
#include "plugin/stage_keys.h"

enum { ROLE_BYTES = 256, KEY_BYTES = ROLE_BYTES + 32, SENTENCE_BYTES = 1024 };

struct check {
    const struct kc_registry *registry;
    const struct kc_props *config;
    kc_config_problem_fn *problem;
    void *arg;
    size_t n;
};

__attribute__((format(printf, 3, 4))) static void report(struct check *c, const char *key, const char *fmt,
                                                         ...)
{
    char sentence[SENTENCE_BYTES];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(sentence, sizeof(sentence), fmt, ap);
    va_end(ap);
    c->n++;
    if (c->problem != NULL)
        c->problem(c->arg, key, sentence);
}

/* The value of <role>.<name>, or NULL, with its key. */
static const char *value_of(const struct check *c, const char *role, const char *name, char *key)
{
    (void)snprintf(key, KEY_BYTES, "%.*s.%s", ROLE_BYTES, role, name);
    return kc_props_get(c->config, key);
}

/* A missing type has its sentence by its declaration already. */
static const struct kc_component_info *check_type(struct check *c, uint32_t kind, const char *role)
{
    struct kc_error err = KC_ERROR_INIT;
    char key[KEY_BYTES];
    const char *name = value_of(c, role, "type", key);
    const struct kc_component_info *found;

    if (name == NULL)
        return NULL;
    found = kc_stage_find(c->registry, c->config, kind, role, &err);
    if (found != NULL)
        return found;
    if (kc_registry_find(c->registry, kind, name) != NULL)
        (void)value_of(c, role, "plugin.version", key);
    report(c, key, "%s", err.message);
    return NULL;
}

static void check_transform(struct check *c, const char *role, const struct kc_aliases *predicates)
{
    const struct kc_component_info *component = check_type(c, KC_KIND_TRANSFORM, role);
    char key[KEY_BYTES], negate_key[KEY_BYTES];
    const char *predicate = value_of(c, role, "predicate", key);
    const char *negate = value_of(c, role, "negate", negate_key);

    if (component == NULL)
        return;
    if (predicate != NULL && !kc_aliases_have(predicates, predicate))
        report(
            c, key,
            "Invalid value %s for configuration %s: no predicate has this alias; list it in predicates, and "
            "name its class with predicates.%s.type.",
            predicate, key, predicate);
    if (negate != NULL && predicate == NULL)
        report(c, negate_key,
               "Config '%s' was provided but there is no config '%s' defining a predicate to be negated.",
               negate_key, key);
}

static void check_predicate(struct check *c, const char *role)
{
    const struct kc_component_info *component = check_type(c, KC_KIND_PREDICATE, role);
    char key[KEY_BYTES];
    const char *predicate = value_of(c, role, "predicate", key);

    if (component != NULL && predicate != NULL && kc_key_of(component, "predicate") == NULL)
        report(c, key,
               "Invalid value %s for configuration %s: a predicate cannot depend on a predicate, be it "
               "itself; only "
               "transforms.<alias>.predicate names one.",
               predicate, key);
}

static void check_repeated(struct check *c, const char *key, const struct kc_aliases *aliases)
{
    if (aliases->repeated)
        report(c, key, "Invalid value [%s] for configuration %s: Duplicate alias provided.",
               kc_props_or(c->config, key, ""), key);
}

size_t kc_stage_check(const struct kc_registry *r, const struct kc_props *config,
                      kc_config_problem_fn *problem, void *arg)
{
    struct check c = {.registry = r, .config = config, .problem = problem, .arg = arg};
    struct kc_aliases transforms, predicates;
    char role[ROLE_BYTES];

    kc_aliases_read(&transforms, kc_props_or(config, "transforms", ""));
    kc_aliases_read(&predicates, kc_props_or(config, "predicates", ""));
    check_repeated(&c, "transforms", &transforms);
    check_repeated(&c, "predicates", &predicates);
    for (size_t i = 0; i < transforms.n; i++) {
        if ((size_t)snprintf(role, sizeof(role), "transforms.%s", transforms.names[i]) >= sizeof(role))
            report(&c, "transforms", "Invalid value for configuration transforms: an alias is too long.");
        else
            check_transform(&c, role, &predicates);
    }
    for (size_t i = 0; i < predicates.n; i++) {
        if ((size_t)snprintf(role, sizeof(role), "predicates.%s", predicates.names[i]) >= sizeof(role))
            report(&c, "predicates", "Invalid value for configuration predicates: an alias is too long.");
        else
            check_predicate(&c, role);
    }
    if (transforms.failed || predicates.failed)
        report(&c, "transforms", "out of memory");
    kc_aliases_finish(&transforms);
    kc_aliases_finish(&predicates);
    return c.n;
}
