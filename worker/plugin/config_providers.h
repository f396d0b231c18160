/*
 * config_providers.h - the worker's config.providers, and the references ${name:path:key} to them in connectors'
 * configurations. The worker resolves none, since that would run plugin code: it finds them, says what is wrong with them
 * as far as it can tell, and hands the connector's process what it needs to resolve them (task/config_resolve.h). Any thread.
 *
 *   config.providers=file,env
 *   config.providers.file.class=<id or alias of a component of the kind CONFIG_PROVIDER>
 *   config.providers.file.param.<key>=<what that component is configured with>
 */
#ifndef KC_PLUGIN_CONFIG_PROVIDERS_H
#define KC_PLUGIN_CONFIG_PROVIDERS_H

#include <cjson/cJSON.h>

#include "plugin/connector_config.h"

/*
 * True when the value of `key` has a reference to a provider of `worker` that the connector's process will replace: then
 * nobody else can tell whether the value is right.
 */
bool kc_config_refers(const struct kc_props *worker, const struct kc_props *config, const char *key);

/*
 * Reports, by key, a reference to a provider that `worker` does not have or whose plugin is not installed, and one in a key
 * that the worker itself acts upon, such as connector.class. Returns the number of problems.
 */
size_t kc_config_references_check(const struct kc_registry *r, const struct kc_props *worker,
                                  const struct kc_props *config, kc_config_problem_fn *problem, void *arg);

/*
 * The member "providers" of a start message: [{"name","id","version","file","config":{}}], those that `config` refers to;
 * empty when it refers to none. NULL: *err, one is not installed, or out of memory. The caller deletes it or adds it.
 */
cJSON *kc_config_providers_json(const struct kc_registry *r, const struct kc_props *worker,
                                const struct kc_props *config, struct kc_error *err);

#endif
