/*
 * connector_config.h - is a connector's configuration acceptable, as far as declarations tell; which of its values are
 * secret; and what a task gets to see. No plugin code runs here. Any thread.
 */
#ifndef KC_PLUGIN_CONNECTOR_CONFIG_H
#define KC_PLUGIN_CONNECTOR_CONFIG_H

#include "plugin/registry.h"

/* What masked values read as in every answer; sent back, it stands for the stored value. */
#define KC_PASSWORD_MASK "********"

/* The keys that every connector has: name, connector.class, tasks.max, key.converter, value.converter, ... with `group`s
 * as Kafka Connect's. `kind` is KC_KIND_SOURCE or KC_KIND_SINK. */
const struct kc_key_info *kc_common_keys(uint32_t kind, size_t *n);

/* Gets one sentence per problem; key NULL: about the whole. */
typedef void kc_config_problem_fn(void *arg, const char *key, const char *sentence);

/* Gets what a plugin recommends for a key: a value to choose (NULL: it is about visibility), or whether to show the key. */
typedef void kc_config_advice_fn(void *arg, const char *key, const char *choice, bool visible);

/* Checks against the common keys, the declarations of the connector, its converters, transforms and predicates (required,
 * type, range, choices; the texts are Kafka Connect's), and how these fit together. Returns the number of problems.
 * `connector.class` unknown is one of them. */
size_t kc_connector_config_check(const struct kc_registry *r, const struct kc_props *config,
                                 kc_config_problem_fn *problem, void *arg);

/* True when the value of `key` must never be shown: declared PASSWORD, or a client override that holds a secret; not when it
 * is a reference to a config provider and nothing else. With an unknown connector.class every key whose name contains
 * "password", "secret", "token" or "credential" is. */
bool kc_connector_config_secret(const struct kc_registry *r, const struct kc_props *config, const char *key);
/* A copy with secrets masked. NULL: out of memory. */
struct kc_props *kc_connector_config_masked(const struct kc_registry *r, const struct kc_props *config);
/* Puts the stored value wherever `config` has the mask for a secret key. `stored` may be NULL. */
kc_status kc_connector_config_unmask(const struct kc_registry *r, struct kc_props *config,
                                     const struct kc_props *stored, struct kc_error *err);

/* Names: 1-48 of digits, lower-case letters and hyphens, no leading hyphen. KC_ERR_CONFIG with the rule in the sentence. */
kc_status kc_connector_name_check(const char *name, struct kc_error *err);

/*
 * The converter a connector uses: <side>.converter of the connector, then the worker's, then the connector component's own
 * default ("dataworks-json" for mysql-source), then for headers `simple` if it is installed; in the highest version that
 * <side>.converter.plugin.version allows, next to the name. `side` is "key", "value" or "header". NULL: unknown, or not
 * installed in such a version.
 */
const struct kc_component_info *kc_connector_converter(const struct kc_registry *r,
                                                       const struct kc_props *worker,
                                                       const struct kc_props *config, const char *side);
/*
 * Is there such a converter? A header converter may be missing unless somebody names one. KC_ERR_CONFIG: *err names the
 * key, and whether nobody names one or it is not installed.
 */
kc_status kc_connector_converter_check(const struct kc_registry *r, const struct kc_props *worker,
                                       const struct kc_props *config, const char *side, struct kc_error *err);
/* True when the worker names that converter; then the worker's keys of it count, and none of the connector's. */
bool kc_converter_is_workers(const struct kc_props *worker, const struct kc_props *config, const char *side);

#endif
