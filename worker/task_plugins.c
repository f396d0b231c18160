#include "task_plugins.h"

#include <stdio.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "plugin/connector_config.h"
#include "plugin/stage_keys.h"

enum { ROLE_BYTES = 512 };

static const char *const sides[] = {"key", "value", "header"};
enum { SIDES = sizeof(sides) / sizeof(sides[0]) };

static void add(cJSON *list, const char *role, const struct kc_component_info *component)
{
    cJSON *item = cJSON_CreateObject();

    cJSON_AddStringToObject(item, "role", role);
    cJSON_AddStringToObject(item, "id", component->id);
    cJSON_AddStringToObject(item, "version", component->version);
    cJSON_AddStringToObject(item, "file", component->file);
    cJSON_AddItemToArray(list, item);
}

static kc_status add_connector(cJSON *list, const struct kc_registry *registry, const struct kc_props *config,
                               const struct kc_component_info **connector, struct kc_error *err)
{
    const char *name = kc_props_or(config, "connector.class", "");

    *connector = kc_registry_find(registry, 0, name);
    if (*connector == NULL)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "connector.class: no plugin named %s is installed on this worker; put it into plugin.path", name);
    *connector = kc_registry_select(registry, (*connector)->kind, name,
                                    kc_props_get(config, "connector.plugin.version"), err);
    if (*connector == NULL)
        return kc_wrap(err, "connector.plugin.version");
    add(list, "connector", *connector);
    return KC_OK;
}

/* A header converter may be missing. */
static kc_status add_converter(cJSON *list, const struct kc_registry *registry, const struct kc_props *worker,
                               const struct kc_props *config, const char *side, struct kc_error *err)
{
    const struct kc_component_info *c = kc_connector_converter(registry, worker, config, side);
    char role[ROLE_BYTES];

    (void)snprintf(role, sizeof(role), "%s.converter", side);
    if (c != NULL)
        add(list, role, c);
    return kc_connector_converter_check(registry, worker, config, side, err);
}

static bool has_role(const cJSON *list, const char *role)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "role")), role) == 0)
            return true;
    }
    return false;
}

/* Once for each alias, though several transforms may name it. */
static kc_status add_predicate(cJSON *list, const struct kc_registry *registry, const struct kc_props *config,
                               const char *alias, struct kc_error *err)
{
    const struct kc_component_info *c;
    char role[ROLE_BYTES];

    (void)snprintf(role, sizeof(role), "predicates.%s", alias);
    if (has_role(list, role))
        return KC_OK;
    c = kc_stage_find(registry, config, KC_KIND_PREDICATE, role, err);
    if (c == NULL)
        return err->status;
    add(list, role, c);
    return KC_OK;
}

static kc_status add_transform(cJSON *list, const struct kc_registry *registry, const struct kc_props *config,
                               const char *alias, struct kc_error *err)
{
    char role[ROLE_BYTES], key[ROLE_BYTES + 16];
    const struct kc_component_info *c;
    const char *predicate;

    (void)snprintf(role, sizeof(role), "transforms.%s", alias);
    c = kc_stage_find(registry, config, KC_KIND_TRANSFORM, role, err);
    if (c == NULL)
        return err->status;
    add(list, role, c);
    (void)snprintf(key, sizeof(key), "%s.predicate", role);
    predicate = kc_props_get(config, key);
    return predicate == NULL ? KC_OK : add_predicate(list, registry, config, predicate, err);
}

static kc_status add_transforms(cJSON *list, const struct kc_registry *registry,
                                const struct kc_props *config, struct kc_error *err)
{
    struct kc_aliases aliases;
    kc_status status = KC_OK;

    kc_aliases_read(&aliases, kc_props_or(config, "transforms", ""));
    if (aliases.failed)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < aliases.n && status == KC_OK; i++)
        status = add_transform(list, registry, config, aliases.names[i], err);
    kc_aliases_finish(&aliases);
    return status;
}

cJSON *kc_task_plugins(const struct kc_registry *registry, const struct kc_props *worker,
                       const struct kc_props *config, const struct kc_component_info **connector,
                       struct kc_error *err)
{
    cJSON *list = cJSON_CreateArray();
    kc_status status = add_connector(list, registry, config, connector, err);

    for (size_t i = 0; i < SIDES && status == KC_OK; i++)
        status = add_converter(list, registry, worker, config, sides[i], err);
    if (status == KC_OK)
        status = add_transforms(list, registry, config, err);
    if (status == KC_OK)
        return list;
    cJSON_Delete(list);
    return NULL;
}

/* Takes the keys with the prefix away, or copies them. False: out of memory. */
static bool replace_keys(struct kc_props *config, const struct kc_props *worker, const char *prefix)
{
    size_t n = strlen(prefix);

    for (size_t i = kc_props_count(config); i > 0; i--) {
        if (strncmp(kc_props_key(config, i - 1), prefix, n) == 0)
            (void)kc_props_remove(config, kc_props_key(config, i - 1));
    }
    for (size_t i = 0; i < kc_props_count(worker); i++) {
        if (strncmp(kc_props_key(worker, i), prefix, n) == 0 &&
            kc_props_set(config, kc_props_key(worker, i), kc_props_value(worker, i)) < 0)
            return false;
    }
    return true;
}

struct kc_props *kc_task_config(const struct kc_props *worker, const struct kc_props *config)
{
    struct kc_props *out = kc_props_copy(config);
    char prefix[32];

    for (size_t i = 0; i < SIDES && out != NULL; i++) {
        if (!kc_converter_is_workers(worker, config, sides[i]))
            continue;
        (void)snprintf(prefix, sizeof(prefix), "%s.converter.", sides[i]);
        if (!replace_keys(out, worker, prefix)) {
            kc_props_destroy(out);
            return NULL;
        }
    }
    return out;
}
