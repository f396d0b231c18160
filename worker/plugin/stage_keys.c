#include "plugin/stage_keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/buf.h"
#include "plugin/config_value.h"
#include "plugin/key_lookup.h"

static const char type_key[] = "type", version_key[] = "plugin.version";

/* The text that is made; the caller's. NULL: out of memory. */
__attribute__((format(printf, 1, 2))) static char *text(const char *fmt, ...)
{
    va_list ap;
    char *out = NULL;

    va_start(ap, fmt);
    if (vasprintf(&out, fmt, ap) < 0)
        out = NULL;
    va_end(ap);
    return out;
}

static void add_alias(void *arg, const char *item, size_t n)
{
    struct kc_aliases *a = arg;
    char *name = strndup(item, n), **names;

    if (name != NULL && kc_aliases_have(a, name)) {
        a->repeated = true;
        free(name);
        return;
    }
    names = reallocarray(a->names, a->n + 1, sizeof(*names));
    if (names != NULL)
        a->names = names;
    if (name == NULL || names == NULL) {
        a->failed = true;
        free(name);
        return;
    }
    a->names[a->n++] = name;
}

void kc_aliases_read(struct kc_aliases *a, const char *list)
{
    *a = (struct kc_aliases){0};
    kc_config_list_each(list, add_alias, a);
}

void kc_aliases_finish(struct kc_aliases *a)
{
    for (size_t i = 0; i < a->n; i++)
        free(a->names[i]);
    free(a->names);
}

bool kc_aliases_have(const struct kc_aliases *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->names[i], name) == 0)
            return true;
    return false;
}

/* The value of <role>.<name>, or NULL. */
static const char *value_of(const struct kc_props *config, const char *role, const char *name)
{
    char *key = text("%s.%s", role, name);
    const char *value = key != NULL ? kc_props_get(config, key) : NULL;

    free(key);
    return value;
}

const struct kc_component_info *kc_stage_find(const struct kc_registry *r, const struct kc_props *config,
                                              uint32_t kind, const char *role, struct kc_error *err)
{
    const char *name = value_of(config, role, type_key);
    const struct kc_component_info *found;
    struct kc_buf ids = {0};

    if (name != NULL && kc_registry_find(r, kind, name) != NULL) {
        found = kc_registry_select(r, kind, name, value_of(config, role, version_key), err);
        if (found == NULL && err != NULL)
            (void)kc_wrap(err, "%s.%s", role, version_key);
        return found;
    }
    kc_component_ids(r, kind, &ids);
    (void)kc_fail(
        err, KC_ERR_CONFIG,
        "Invalid value %s for configuration %s.%s: Class %s could not be found; installed %s are: %s.",
        name == NULL ? "null" : name, role, type_key, name == NULL ? "null" : name,
        kind == KC_KIND_TRANSFORM ? "transforms" : "predicates", ids.failed ? "?" : ids.data);
    kc_buf_finish(&ids);
    return NULL;
}

void kc_component_ids(const struct kc_registry *r, uint32_t kind, struct kc_buf *out)
{
    size_t n;
    const struct kc_component_info **list = kc_registry_list(r, &n);
    const char *last = "";

    for (size_t i = 0; i < n; i++) {
        const struct kc_component_info *c = list[i];
        bool wanted = kind != 0 ? c->kind == kind : c->kind == KC_KIND_SOURCE || c->kind == KC_KIND_SINK;

        if (!wanted || strcmp(c->id, last) == 0)
            continue;
        kc_buf_printf(out, "%s%s", out->len > 0 ? ", " : "", c->id);
        last = c->id;
    }
    free(list);
    if (out->len == 0)
        kc_buf_str(out, "none");
}

/* The declaration of `key` by the component whose role is the first n characters of it. */
static const struct kc_key_info *lookup_in(const struct kc_registry *r, const struct kc_props *config,
                                           uint32_t kind, const char *key, size_t n)
{
    char *role = strndup(key, n);
    const struct kc_component_info *c = NULL;
    const char *name = role != NULL ? value_of(config, role, type_key) : NULL;

    if (name != NULL)
        c = kc_stage_find(r, config, kind, role, NULL);
    if (name != NULL && c == NULL)
        c = kc_registry_find_ever(r, kind, name);
    free(role);
    return c != NULL ? kc_key_of(c, key + n + 1) : NULL;
}

const struct kc_key_info *kc_stage_key_lookup(const struct kc_registry *r, const struct kc_props *config,
                                              const char *key)
{
    static const struct {
        const char *prefix;
        uint32_t kind;
    } kinds[] = {{"transforms.", KC_KIND_TRANSFORM}, {"predicates.", KC_KIND_PREDICATE}};
    const struct kc_key_info *found = NULL;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t n = strlen(kinds[i].prefix);

        if (strncmp(key, kinds[i].prefix, n) != 0)
            continue;
        /* An alias may have dots in it, and so may the name of a key. */
        for (const char *dot = strchr(key + n, '.'); dot != NULL && found == NULL; dot = strchr(dot + 1, '.'))
            found = lookup_in(r, config, kinds[i].kind, key, (size_t)(dot - key));
    }
    return found;
}

static void *keep(struct kc_stage_keys *k, void *block)
{
    void **owned = reallocarray(k->owned, k->n_owned + 1, sizeof(*owned));

    if (owned != NULL)
        k->owned = owned;
    if (block == NULL || owned == NULL) {
        k->failed = true;
        free(block);
        return NULL;
    }
    k->owned[k->n_owned++] = block;
    return block;
}

static void add_key(struct kc_stage_keys *k, const struct kc_key_info *key)
{
    struct kc_key_info *keys = reallocarray(k->keys, k->n + 1, sizeof(*keys));

    if (keys == NULL || key->name == NULL) {
        k->failed = true;
        return;
    }
    k->keys = keys;
    k->keys[k->n++] = *key;
}

/* The names of `dependents` with the role before them. */
static const char *const *prefixed(struct kc_stage_keys *k, const char *role, const char *const *names)
{
    const char **out;
    size_t n = 0;

    while (names != NULL && names[n] != NULL)
        n++;
    if (n == 0)
        return NULL;
    out = keep(k, calloc(n + 1, sizeof(*out)));
    for (size_t i = 0; out != NULL && i < n; i++)
        out[i] = keep(k, text("%s.%s", role, names[i]));
    return k->failed ? NULL : out;
}

/* The component's own keys behind those of its role. `group` NULL: in the groups that they have themselves. */
static void embed(struct kc_stage_keys *k, const struct kc_component_info *c, const char *role,
                  const char *group, int32_t order)
{
    for (size_t i = 0; i < c->n_keys && !k->failed; i++) {
        struct kc_key_info key = c->keys[i];

        if ((key.flags & KC_CFG_INTERNAL) != 0)
            continue;
        key.display_name = key.display_name != NULL ? key.display_name : key.name;
        key.name = keep(k, text("%s.%s", role, key.name));
        key.dependents = prefixed(k, role, key.dependents);
        if (group != NULL) {
            key.group = key.group != NULL ? keep(k, text("%s: %s", group, key.group)) : group;
            key.order = order++;
        }
        add_key(k, &key);
    }
}

static const char *const *ids_of(struct kc_stage_keys *k, const struct kc_registry *r, uint32_t kind)
{
    size_t n, used = 0;
    const struct kc_component_info **list = kc_registry_list(r, &n);
    const char **ids = keep(k, calloc(n + 1, sizeof(*ids)));

    for (size_t i = 0; i < n && ids != NULL; i++)
        if (list[i]->kind == kind && (used == 0 || strcmp(ids[used - 1], list[i]->id) != 0))
            ids[used++] = list[i]->id;
    free(list);
    return ids;
}

/* What differs between the two kinds that have aliases. */
struct kind {
    uint32_t kind;
    const char *list, *group, *word, *type_word;
};

static const struct kind transforms = {KC_KIND_TRANSFORM, "transforms", "Transforms", "transformation",
                                       "Transformation"};
static const struct kind predicates = {KC_KIND_PREDICATE, "predicates", "Predicates", "predicate",
                                       "Predicate"};

/* Kafka Connect's keys of one alias: ConnectorConfig.EnrichablePlugin of its runtime. */
static void add_alias_keys(struct kc_stage_keys *k, const struct kc_registry *r,
                           const struct kc_props *config, const struct kind *kind, const char *alias)
{
    char *role = keep(k, text("%s.%s", kind->list, alias)),
         *group = keep(k, text("%s: %s", kind->group, alias));
    const struct kc_component_info *c;
    int32_t order = 0;

    if (k->failed)
        return;
    add_key(k, &(struct kc_key_info){.name = keep(k, text("%s.%s", role, type_key)),
                                     .display_name = keep(k, text("%s type for %s", kind->type_word, alias)),
                                     .doc = keep(k, text("Class for the '%s' %s.", alias, kind->word)),
                                     .group = group,
                                     .choices = ids_of(k, r, kind->kind),
                                     .type = KC_CFG_CLASS,
                                     .flags = KC_CFG_REQUIRED,
                                     .importance = KC_IMPORTANCE_HIGH,
                                     .width = KC_WIDTH_LONG,
                                     .order = order++});
    add_key(k, &(struct kc_key_info){
                   .name = keep(k, text("%s.%s", role, version_key)),
                   .display_name = keep(k, text("%s version for %s", kind->type_word, alias)),
                   .doc = keep(k, text("Range of versions for the '%s' %s.", alias, kind->word)),
                   .group = group,
                   .type = KC_CFG_STRING,
                   .importance = KC_IMPORTANCE_HIGH,
                   .width = KC_WIDTH_LONG,
                   .order = order++});
    if (kind->kind == KC_KIND_TRANSFORM) {
        add_key(k, &(struct kc_key_info){
                       .name = keep(k, text("%s.predicate", role)),
                       .display_name = "predicate",
                       .doc = "The alias of a predicate used to determine whether to apply this "
                              "transformation.",
                       .group = group,
                       .type = KC_CFG_STRING,
                       .importance = KC_IMPORTANCE_MEDIUM,
                       .order = order++});
        add_key(k, &(struct kc_key_info){.name = keep(k, text("%s.negate", role)),
                                         .display_name = "negate",
                                         .doc = "Whether the configured predicate should be negated.",
                                         .default_value = "false",
                                         .group = group,
                                         .type = KC_CFG_BOOLEAN,
                                         .importance = KC_IMPORTANCE_MEDIUM,
                                         .order = order++});
    }
    c = kc_stage_find(r, config, kind->kind, role, NULL);
    if (c != NULL)
        embed(k, c, role, group, order);
}

static void add_kind(struct kc_stage_keys *k, const struct kc_registry *r, const struct kc_props *config,
                     const struct kind *kind)
{
    struct kc_aliases aliases;

    kc_aliases_read(&aliases, kc_props_or(config, kind->list, ""));
    for (size_t i = 0; i < aliases.n; i++)
        add_alias_keys(k, r, config, kind, aliases.names[i]);
    k->failed = k->failed || aliases.failed;
    kc_aliases_finish(&aliases);
}

void kc_stage_keys_make(struct kc_stage_keys *out, const struct kc_registry *r,
                        const struct kc_component_info *connector, const struct kc_props *config)
{
    static const char *const sides[] = {"key", "value", "header"};

    *out = (struct kc_stage_keys){0};
    add_kind(out, r, config, &transforms);
    add_kind(out, r, config, &predicates);
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        const struct kc_component_info *c = kc_converter_of(r, connector, config, sides[i]);
        char *role = keep(out, text("%s.converter", sides[i]));

        if (c != NULL && role != NULL)
            embed(out, c, role, NULL, 0);
    }
}

void kc_stage_keys_finish(struct kc_stage_keys *k)
{
    for (size_t i = 0; i < k->n_owned; i++)
        free(k->owned[i]);
    free(k->owned);
    free(k->keys);
    *k = (struct kc_stage_keys){0};
}
