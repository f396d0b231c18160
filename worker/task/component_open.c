#include "task/component_open.h"

#include <stdio.h>

enum { PREFIX_BYTES = 512 };

static kc_status parse(const struct kc_task *task, const char *role, const struct kc_component *component,
                       struct kc_parsed **config, struct kc_error *err)
{
    static const char *const ours[] = {"type", "predicate", "negate", "plugin.version"};
    char prefix[PREFIX_BYTES];
    struct kc_props *props;

    if ((size_t)snprintf(prefix, sizeof(prefix), "%s.", role) >= sizeof(prefix))
        return kc_fail(err, KC_ERR_CONFIG, "%s: the name is too long", role);
    props = kc_config_under(task->start.config, prefix);
    if (props == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (!kc_config_declares(component->config, ours[i]))
            (void)kc_props_remove(props, ours[i]);
    }
    *config = kc_config_parse(component->config, props, err);
    kc_props_destroy(props);
    return *config == NULL ? kc_wrap(err, "%s", role) : KC_OK;
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
    return parse(task, role, component.def, config, err);
}
