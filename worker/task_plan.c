#include "task_plan.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/json.h"
#include "base/loggers.h"
#include "kafka/client_config.h"
#include "plugin/config_providers.h"
#include "plugin/connector_config.h"

static const char creation_prefix[] = "topic.creation.";

static void add_plugin(cJSON *list, const char *role, const struct kc_component_info *component)
{
    cJSON *item = cJSON_CreateObject();

    cJSON_AddStringToObject(item, "role", role);
    cJSON_AddStringToObject(item, "id", component->id);
    cJSON_AddStringToObject(item, "version", component->version);
    cJSON_AddStringToObject(item, "file", component->file);
    cJSON_AddItemToArray(list, item);
}

static void add_client(cJSON *clients, const struct kc_worker_config *config,
                       const struct kc_props *connector, const char *kind)
{
    struct kc_props *props = kc_client_props(config->props, kind, connector);

    if (props != NULL)
        cJSON_AddItemToObject(clients, kind, kc_json_from_props(props));
    kc_props_destroy(props);
}

static void add_topic_creation(cJSON *message, const struct kc_props *worker)
{
    cJSON *keys = cJSON_AddObjectToObject(message, "topic_creation");

    for (size_t i = 0; i < kc_props_count(worker); i++) {
        if (strncmp(kc_props_key(worker, i), creation_prefix, sizeof(creation_prefix) - 1) == 0)
            cJSON_AddStringToObject(keys, kc_props_key(worker, i), kc_props_value(worker, i));
    }
}

/* The three components that a source's task loads, or the sentence that says which is missing. */
struct parts {
    const struct kc_component_info *connector, *key, *value;
    cJSON *providers; /* the config providers that the configuration refers to */
};

static kc_status find_parts(const struct kc_connector_view *c, const struct kc_worker_config *config,
                            const struct kc_registry *registry, struct parts *out, struct kc_error *err)
{
    const char *name = kc_props_or(c->config, "connector.class", "");

    out->connector = kc_registry_find(registry, 0, name);
    if (out->connector == NULL)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "connector.class: no plugin named %s is installed on this worker; put it into plugin.path", name);
    out->key = kc_connector_converter(registry, config->props, c->config, "key");
    out->value = kc_connector_converter(registry, config->props, c->config, "value");
    if (out->key == NULL || out->value == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "%s.converter: this converter is not installed on this worker",
                       out->key == NULL ? "key" : "value");
    out->providers = kc_config_providers_json(registry, config->props, c->config, err);
    return out->providers == NULL ? err->status : KC_OK;
}

/* The connector's own cap on memory, else the worker's; the key was checked when the connector was made. */
static int64_t memory_max_mb(const struct kc_connector_view *c, const struct kc_worker_config *config)
{
    const char *own = kc_props_or(c->config, "task.memory.max.mb", "");

    return own[0] != '\0' ? strtoll(own, NULL, 10) : config->task_memory_max_mb;
}

/* The start message of supervisor/control.h; takes over parts->providers. NULL: out of memory. */
static char *start_message(const struct kc_connector_view *c, const struct kc_fleet_view *view,
                           const struct kc_worker_config *config, const struct parts *parts)
{
    cJSON *message = cJSON_CreateObject(), *list, *clients;
    char *text;

    cJSON_AddStringToObject(message, "type", "start");
    cJSON_AddStringToObject(message, "connector", c->name);
    cJSON_AddNumberToObject(message, "task", 0);
    cJSON_AddStringToObject(message, "kind", parts->connector->kind == KC_KIND_SINK ? "sink" : "source");
    cJSON_AddStringToObject(message, "worker_id", view->self);
    cJSON_AddStringToObject(message, "group_id", config->group_id);
    cJSON_AddBoolToObject(message, "paused", c->target == KC_TARGET_PAUSED);
    cJSON_AddItemToObject(message, "config", kc_json_from_props(c->config));
    list = cJSON_AddArrayToObject(message, "plugins");
    add_plugin(list, "connector", parts->connector);
    add_plugin(list, "key.converter", parts->key);
    add_plugin(list, "value.converter", parts->value);
    cJSON_AddItemToObject(message, "providers", parts->providers);
    clients = cJSON_AddObjectToObject(message, "client");
    add_client(clients, config, c->config, "producer");
    add_client(clients, config, c->config, "consumer");
    add_client(clients, config, c->config, "admin");
    cJSON_AddStringToObject(message, "offset_topic", config->offset_storage_topic);
    cJSON_AddNumberToObject(message, "offset_partitions", config->offset_storage_partitions);
    add_topic_creation(message, config->props);
    cJSON_AddNumberToObject(message, "memory_max_mb", (double)memory_max_mb(c, config));
    cJSON_AddStringToObject(message, "log_level", kc_log_level_name(config->log_level));
    cJSON_AddStringToObject(message, "log_format", config->log_format == KC_LOG_JSON ? "json" : "text");
    cJSON_AddItemToObject(message, "loggers", kc_loggers_json());
    text = cJSON_PrintUnformatted(message);
    cJSON_Delete(message);
    return text;
}

static kc_status add_spec(struct kc_task_plan_list *out, const struct kc_connector_view *c,
                          const struct kc_worker_config *config, const struct kc_component_info *connector,
                          char *start, struct kc_error *err)
{
    struct kc_task_spec *specs = reallocarray(out->specs, out->n + 1, sizeof(*specs));
    struct kc_task_spec *spec;

    if (specs == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    out->specs = specs;
    spec = &specs[out->n];
    *spec = (struct kc_task_spec){
        .connector = strdup(c->name),
        .assignment = c->assignment,
        .generation = c->generation,
        .paused = c->target == KC_TARGET_PAUSED,
        .plugin = strdup(connector->id),
        .version = strdup(connector->version),
        .memory_max_mb = memory_max_mb(c, config),
        .start = start,
    };
    if (spec->connector == NULL || spec->plugin == NULL || spec->version == NULL) {
        free((char *)spec->connector);
        free((char *)spec->plugin);
        free((char *)spec->version);
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    }
    out->n++;
    return KC_OK;
}

kc_status kc_task_plan(const struct kc_fleet_view *view, const struct kc_worker_config *config,
                       const struct kc_registry *registry,
                       void (*failed)(void *arg, const struct kc_connector_view *c,
                                      const struct kc_error *why),
                       void *arg, struct kc_task_plan_list *out, struct kc_error *err)
{
    *out = (struct kc_task_plan_list){0};
    for (size_t i = 0; view->member && view->caught_up && i < view->n_connectors; i++) {
        const struct kc_connector_view *c = &view->connectors[i];
        struct kc_error why = KC_ERROR_INIT;
        struct parts parts = {0};
        char *start;

        if (c->target == KC_TARGET_STOPPED || strcmp(c->assigned_worker, view->self) != 0)
            continue;
        if (find_parts(c, config, registry, &parts, &why) < 0) {
            failed(arg, c, &why);
            continue;
        }
        start = start_message(c, view, config, &parts);
        if (start == NULL || add_spec(out, c, config, parts.connector, start, err) < 0) {
            free(start);
            kc_task_plan_finish(out);
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
        }
    }
    return KC_OK;
}

void kc_task_plan_finish(struct kc_task_plan_list *plan)
{
    for (size_t i = 0; i < plan->n; i++) {
        free((char *)plan->specs[i].connector);
        free((char *)plan->specs[i].plugin);
        free((char *)plan->specs[i].version);
        free((char *)plan->specs[i].start);
    }
    free(plan->specs);
    *plan = (struct kc_task_plan_list){0};
}
