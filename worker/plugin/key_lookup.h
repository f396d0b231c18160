/* key_lookup.h - which declaration a configuration key falls under. Any thread. */
#ifndef KC_PLUGIN_KEY_LOOKUP_H
#define KC_PLUGIN_KEY_LOOKUP_H

#include "plugin/registry.h"

/* The declaration of `name` among a component's own keys; NULL: none. */
const struct kc_key_info *kc_key_of(const struct kc_component_info *c, const char *name);

/*
 * The connector that connector.class and connector.plugin.version choose. Where the version is one that nobody has, the
 * highest there is: what is wrong then is said by the check of that key. NULL: there is none of that name.
 */
const struct kc_component_info *kc_connector_component(const struct kc_registry *r,
                                                       const struct kc_props *config);

/* KC_KIND_CONVERTER for the sides "key" and "value", KC_KIND_HEADER_CONVERTER for "header". */
uint32_t kc_converter_kind(const char *side);

/*
 * The name a connector would use for its converter of `side` ("key", "value" or "header"), from its configuration or else its
 * component's default for that key; NULL: it leaves the choice to the worker.
 */
const char *kc_converter_name(const struct kc_component_info *connector, const struct kc_props *config,
                              const char *side);

/* That converter, in the highest version its key <side>.converter.plugin.version allows. NULL: none named or installed. */
const struct kc_component_info *kc_converter_of(const struct kc_registry *r,
                                                const struct kc_component_info *connector,
                                                const struct kc_props *config, const char *side);

/*
 * The declaration that `key` of a connector's configuration has: by its component, its converters (keys with the prefix
 * "key.converter.", "value.converter." or "header.converter."), its transforms and predicates, or every connector. NULL: nobody declares it. `connector` may be NULL.
 */
const struct kc_key_info *kc_key_lookup(const struct kc_registry *r,
                                        const struct kc_component_info *connector,
                                        const struct kc_props *config, const char *key);

/* The part behind "producer.override.", "consumer.override." or "admin.override."; NULL: it is no client override. */
const char *kc_client_override(const char *key);

#endif
