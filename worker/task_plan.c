#include "task_plan.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/json.h"
#include "base/loggers.h"
#include "kafka/client_config.h"
#include "plugin/config_providers.h"
#include "task_plugins.h"

static const char creation_prefix[] = "topic.creation.";

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

/* What a start message is made of that can be missing on this worker. */
struct parts {
    const struct kc_component_info *connector;
    struct kc_props *config; /* as the task reads it */
    cJSON *plugins;
    cJSON *providers; /* the config providers that the configuration refers to */
};

static void parts_finish(struct parts *p)
{
    kc_props_destroy(p->config);
    cJSON_Delete(p->plugins);
    cJSON_Delete(p->providers);
}

static kc_status find_parts(const struct kc_connector_view *c, const struct kc_worker_config *config,
                            const struct kc_registry *registry, struct parts *out, struct kc_error *err)
{
    out->config = kc_task_config(config->props, c->config);
    if (out->config == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    out->plugins = kc_task_plugins(registry, config->props, c->config, &out->connector, err);
    if (out->plugins == NULL)
        return err->status;
    out->providers = kc_config_providers_json(registry, config->props, out->config, err);
    return out->providers == NULL ? err->status : KC_OK;
}

/* A number of the connector's own; 0: it has none. It was checked when the connector was made. */
static int64_t own_number(const struct kc_connector_view *c, const char *key)
{
    return strtoll(kc_props_or(c->config, key, "0"), NULL, 10);
}

static int64_t memory_max_mb(const struct kc_connector_view *c, const struct kc_worker_config *config)
{
    int64_t own = own_number(c, "task.memory.max.mb");

    return own > 0 ? own : config->task_memory_max_mb;
}

/* How long the sink's consumer may be without a poll, and so a put take; 0: it is not said, or no sink. */
static int64_t put_max_ms(const struct kc_connector_view *c, const struct kc_worker_config *config,
                          const struct kc_component_info *connector)
{
    struct kc_props *props =
        connector->kind == KC_KIND_SINK ? kc_client_props(config->props, "consumer", c->config) : NULL;
    int64_t ms = props != NULL ? strtoll(kc_props_or(props, "max.poll.interval.ms", "0"), NULL, 10) : 0;

    kc_props_destroy(props);
    return ms;
}

/* Every component of the task with its file, so that a crash counts against the one that caused it. NULL: out of memory. */
static char *components_text(const struct parts *parts)
{
    cJSON *all = cJSON_Duplicate(parts->plugins, true);
    const cJSON *provider;
    char *text;

    cJSON_ArrayForEach(provider, parts->providers)
    {
        cJSON *item = cJSON_CreateObject();

        cJSON_AddStringToObject(item, "id", kc_json_text(provider, "id"));
        cJSON_AddStringToObject(item, "version", kc_json_text(provider, "version"));
        cJSON_AddStringToObject(item, "file", kc_json_text(provider, "file"));
        cJSON_AddItemToArray(all, item);
    }
    text = cJSON_PrintUnformatted(all);
    cJSON_Delete(all);
    return text;
}

/* The start message of supervisor/control.h; takes lists out of `parts`. NULL: out of memory. */
static char *start_message(const struct kc_connector_view *c, const struct kc_fleet_view *view,
                           const struct kc_worker_config *config, struct parts *parts, char **plugins)
{
    cJSON *message = cJSON_CreateObject(), *clients;
    char *text;

    cJSON_AddStringToObject(message, "type", "start");
    cJSON_AddStringToObject(message, "connector", c->name);
    cJSON_AddNumberToObject(message, "task", 0);
    cJSON_AddStringToObject(message, "kind", parts->connector->kind == KC_KIND_SINK ? "sink" : "source");
    cJSON_AddStringToObject(message, "worker_id", view->self);
    cJSON_AddStringToObject(message, "group_id", config->group_id);
    cJSON_AddBoolToObject(message, "paused", c->target == KC_TARGET_PAUSED);
    cJSON_AddItemToObject(message, "config", kc_json_from_props(parts->config));
    *plugins = components_text(parts);
    cJSON_AddItemToObject(message, "plugins", parts->plugins);
    cJSON_AddItemToObject(message, "providers", parts->providers);
    parts->plugins = parts->providers = NULL;
    clients = cJSON_AddObjectToObject(message, "client");
    add_client(clients, config, c->config, "producer");
    add_client(clients, config, c->config, "consumer");
    add_client(clients, config, c->config, "admin");
    cJSON_AddStringToObject(message, "offset_topic", config->offset_storage_topic);
    cJSON_AddNumberToObject(message, "offset_partitions", config->offset_storage_partitions);
    add_topic_creation(message, config->props);
    cJSON_AddNumberToObject(message, "memory_max_mb", (double)memory_max_mb(c, config));
    if (parts->connector->kind == KC_KIND_SINK)
        cJSON_AddNumberToObject(message, "offset_flush_interval_ms",
                                (double)config->offset_flush_interval_ms);
    cJSON_AddStringToObject(message, "log_level", kc_log_level_name(config->log_level));
    cJSON_AddStringToObject(message, "log_format", config->log_format == KC_LOG_JSON ? "json" : "text");
    cJSON_AddItemToObject(message, "loggers", kc_loggers_json());
    text = cJSON_PrintUnformatted(message);
    cJSON_Delete(message);
    return text;
}

static kc_status add_spec(struct kc_task_plan_list *out, const struct kc_connector_view *c,
                          const struct kc_worker_config *config, const struct kc_component_info *connector,
                          char *start, char *plugins, struct kc_error *err)
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
        .put_max_ms = put_max_ms(c, config, connector),
        .restart_first_ms = own_number(c, "errors.restart.delay.initial.ms"),
        .restart_max_ms = own_number(c, "errors.restart.delay.max.ms"),
        .start = start,
        .plugins = plugins,
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
        char *start, *plugins = NULL;

        if (c->target == KC_TARGET_STOPPED || strcmp(c->assigned_worker, view->self) != 0)
            continue;
        if (find_parts(c, config, registry, &parts, &why) < 0) {
            failed(arg, c, &why);
            parts_finish(&parts);
            continue;
        }
        start = start_message(c, view, config, &parts, &plugins);
        parts_finish(&parts);
        if (start == NULL || add_spec(out, c, config, parts.connector, start, plugins, err) < 0) {
            free(start);
            free(plugins);
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
        free((char *)plan->specs[i].plugins);
        free((char *)plan->specs[i].start);
    }
    free(plan->specs);
    *plan = (struct kc_task_plan_list){0};
}
