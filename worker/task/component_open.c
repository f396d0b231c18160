#include "task/component_open.h"

#include <stdio.h>

enum { PREFIX_BYTES = 512 };

struct kc_parsed *kc_component_parse(const struct kc_props *config, const char *role,
                                     const struct kc_component *component, struct kc_error *err)
{
    static const char *const ours[] = {"type", "predicate", "negate", "plugin.version"};
    char prefix[PREFIX_BYTES];
    struct kc_parsed *parsed;
    struct kc_props *props;

    if ((size_t)snprintf(prefix, sizeof(prefix), "%s.", role) >= sizeof(prefix)) {
        (void)kc_fail(err, KC_ERR_CONFIG, "the name is too long");
        return NULL;
    }
    props = kc_config_under(config, prefix);
    if (props == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (!kc_config_declares(component->config, ours[i]))
            (void)kc_props_remove(props, ours[i]);
    }
    parsed = kc_config_parse(component->config, props, err);
    kc_props_destroy(props);
    return parsed;
}

kc_status kc_component_prepare(struct kc_ctx *ctx, struct kc_task *task, const char *role, uint32_t kind,
                               struct kc_parsed **config, struct kc_error *err)
{
    const struct kc_task_plugin *plugin = kc_start_plugin(&task->start, role);
    struct kc_component_ref component;
    kc_status status;

    if (plugin == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "the start message names no plugin for \"%s\"", role);
    status = kc_plugin_load_version(plugin->file, kind, plugin->id, plugin->version, kc_host_table(),
                                    &component, err);
    if (status < 0)
        return status;
    kc_ctx_init(ctx, task, &component);
    *config = kc_component_parse(task->start.config, role, component.def, err);
    return *config == NULL ? kc_wrap(err, "%s", role) : KC_OK;
}
