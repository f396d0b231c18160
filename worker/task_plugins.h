/* task_plugins.h - which plugins a connector's task loads, and the configuration that it gets with them. */
#ifndef KC_TASK_PLUGINS_H
#define KC_TASK_PLUGINS_H

#include <cjson/cJSON.h>

#include "plugin/registry.h"

/*
 * The "plugins" of a start message (supervisor/control.h): connector, converters, and each transform with its
 * predicate, in the order of `transforms`; each in the highest version that its *.plugin.version key allows.
 * *connector is that component. NULL: KC_ERR_CONFIG, and *err names the key of what is not installed here.
 */
cJSON *kc_task_plugins(const struct kc_registry *registry, const struct kc_props *worker,
                       const struct kc_props *config, const struct kc_component_info **connector,
                       struct kc_error *err);

/*
 * The connector's configuration as its task reads it: where the worker's converter is used, the worker's keys
 * of it have taken the place of the connector's, as in Kafka Connect. NULL: out of memory.
 */
struct kc_props *kc_task_config(const struct kc_props *worker, const struct kc_props *config);

#endif
