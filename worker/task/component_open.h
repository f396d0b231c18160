/* component_open.h - what every component of a task needs before its open(): its code, its context, its
 * configuration. */
#ifndef KC_TASK_COMPONENT_OPEN_H
#define KC_TASK_COMPONENT_OPEN_H

#include "task/host_table.h"
#include "task/parse_config.h"

/*
 * The keys of `config` that begin with the role and a dot, without that prefix, as the component declares them. Those that
 * the host reads itself (type, predicate, negate, plugin.version) are left out unless the component declares them. NULL:
 * *err, whose sentence begins with the key where it is about one, but not with the role. kc_parsed_destroy().
 */
struct kc_parsed *kc_component_parse(const struct kc_props *config, const char *role,
                                     const struct kc_component *component, struct kc_error *err);

/*
 * Loads the plugin that the start message names for `role` ("transforms.mask"), initialises *ctx for it, and
 * parses its keys of the connector's configuration, as above. *config is the caller's, until open() returned.
 *
 * KC_ERR_CONFIG: *err names role and key. ctx->task is not NULL from the moment that kc_ctx_finish(ctx) is
 * due.
 */
kc_status kc_component_prepare(struct kc_ctx *ctx, struct kc_task *task, const char *role, uint32_t kind,
                               struct kc_parsed **config, struct kc_error *err);

#endif
