#include "plugin/key_lookup.h"

#include <stdio.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "plugin/connector_config.h"
#include "plugin/stage_keys.h"

static const struct kc_key_info *find(const struct kc_key_info *keys, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

const struct kc_key_info *kc_key_of(const struct kc_component_info *c, const char *name)
{
    return find(c->keys, c->n_keys, name);
}

const char *kc_converter_name(const struct kc_component_info *connector, const struct kc_props *config,
                              const char *side)
{
    char key[32];
    const char *name;
    const struct kc_key_info *own;

    (void)snprintf(key, sizeof(key), "%s.converter", side);
    name = kc_props_get(config, key);
    if (name != NULL && name[0] != '\0')
        return name;
    own = connector != NULL ? kc_key_of(connector, key) : NULL;
    return own != NULL && own->default_value != NULL && own->default_value[0] != '\0' ? own->default_value
                                                                                      : NULL;
}

const struct kc_component_info *kc_connector_component(const struct kc_registry *r,
                                                       const struct kc_props *config)
{
    const char *name = kc_props_or(config, "connector.class", "");
    const struct kc_component_info *c =
        kc_registry_select(r, 0, name, kc_props_get(config, "connector.plugin.version"), NULL);

    return c != NULL ? c : kc_registry_find(r, 0, name);
}

uint32_t kc_converter_kind(const char *side)
{
    return strcmp(side, "header") == 0 ? KC_KIND_HEADER_CONVERTER : KC_KIND_CONVERTER;
}

const struct kc_component_info *kc_converter_of(const struct kc_registry *r,
                                                const struct kc_component_info *connector,
                                                const struct kc_props *config, const char *side)
{
    const char *name = kc_converter_name(connector, config, side);
    char key[48];

    if (name == NULL)
        return NULL;
    (void)snprintf(key, sizeof(key), "%s.converter.plugin.version", side);
    return kc_registry_select(r, kc_converter_kind(side), name, kc_props_get(config, key), NULL);
}

static const struct kc_key_info *find_in_converter(const struct kc_registry *r,
                                                   const struct kc_component_info *connector,
                                                   const struct kc_props *config, const char *key)
{
    static const char *const sides[] = {"key", "value", "header"};

    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        const struct kc_component_info *converter;
        const char *name;
        char prefix[32];
        int n = snprintf(prefix, sizeof(prefix), "%s.converter.", sides[i]);

        if (strncmp(key, prefix, (size_t)n) != 0)
            continue;
        converter = kc_converter_of(r, connector, config, sides[i]);
        name = kc_converter_name(connector, config, sides[i]);
        if (converter == NULL && name != NULL) /* removed since: what it declared secret stays secret */
            converter = kc_registry_find_ever(r, kc_converter_kind(sides[i]), name);
        return converter != NULL ? kc_key_of(converter, key + n) : NULL;
    }
    return NULL;
}

const struct kc_key_info *kc_key_lookup(const struct kc_registry *r,
                                        const struct kc_component_info *connector,
                                        const struct kc_props *config, const char *key)
{
    const struct kc_key_info *found = connector != NULL ? kc_key_of(connector, key) : NULL;
    const struct kc_key_info *common;
    size_t n;

    if (found == NULL)
        found = find_in_converter(r, connector, config, key);
    if (found == NULL)
        found = kc_stage_key_lookup(r, config, key);
    if (found != NULL)
        return found;
    common = kc_common_keys(connector != NULL ? connector->kind : KC_KIND_SOURCE, &n);
    return find(common, n, key);
}

const char *kc_client_override(const char *key)
{
    static const char *const prefixes[] = {"producer.override.", "consumer.override.", "admin.override."};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(key, prefixes[i], strlen(prefixes[i])) == 0)
            return key + strlen(prefixes[i]);
    return NULL;
}
