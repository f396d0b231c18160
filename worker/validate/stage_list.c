#include "validate/stage_list.h"

#include <stdio.h>

#include <kconnect/plugin.h>

#include "plugin/connector_config.h"
#include "plugin/stage_keys.h"

enum { ROLE_BYTES = 512 };

static void add(cJSON *list, const char *role, const struct kc_component_info *component)
{
    cJSON *item = cJSON_CreateObject();

    cJSON_AddStringToObject(item, "role", role);
    cJSON_AddNumberToObject(item, "kind", component->kind);
    cJSON_AddStringToObject(item, "id", component->id);
    cJSON_AddStringToObject(item, "version", component->version);
    cJSON_AddStringToObject(item, "file", component->file);
    cJSON_AddItemToArray(list, item);
}

/* Those whose aliases `key` lists. */
static void add_aliases(cJSON *list, const struct kc_registry *r, const struct kc_props *config,
                        uint32_t kind, const char *key)
{
    struct kc_aliases aliases;

    kc_aliases_read(&aliases, kc_props_or(config, key, ""));
    for (size_t i = 0; i < aliases.n; i++) {
        const struct kc_component_info *component;
        char role[ROLE_BYTES];

        if ((size_t)snprintf(role, sizeof(role), "%s.%s", key, aliases.names[i]) >= sizeof(role))
            continue;
        component = kc_stage_find(r, config, kind, role, NULL);
        if (component != NULL)
            add(list, role, component);
    }
    kc_aliases_finish(&aliases);
}

cJSON *kc_validate_stage_list(const struct kc_registry *r, const struct kc_props *worker,
                              const struct kc_props *config)
{
    static const char *const sides[] = {"key", "value", "header"};
    cJSON *list = cJSON_CreateArray();

    add_aliases(list, r, config, KC_KIND_TRANSFORM, "transforms");
    add_aliases(list, r, config, KC_KIND_PREDICATE, "predicates");
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        const struct kc_component_info *component;
        char role[ROLE_BYTES];

        if (kc_converter_is_workers(worker, config, sides[i]))
            continue;
        component = kc_connector_converter(r, worker, config, sides[i]);
        (void)snprintf(role, sizeof(role), "%s.converter", sides[i]);
        if (component != NULL)
            add(list, role, component);
    }
    return list;
}
