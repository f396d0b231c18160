#include "resources.h"

static const struct kc_route routes[] = {
    {"/", {[KC_GET] = kc_get_root}, KC_ROUTE_EARLY},
    {"/health", {[KC_GET] = kc_get_health}, KC_ROUTE_EARLY},
    {"/metrics", {[KC_GET] = kc_get_metrics}, KC_ROUTE_EARLY | KC_ROUTE_TEXT},
    {"/connectors", {[KC_GET] = kc_get_connectors, [KC_POST] = kc_post_connectors}, 0},
    {"/connectors/*", {[KC_GET] = kc_get_connector, [KC_DELETE] = kc_delete_connector}, 0},
    {"/connectors/*/config",
     {[KC_GET] = kc_get_config, [KC_PUT] = kc_put_config, [KC_PATCH] = kc_patch_config},
     0},
    {"/connectors/*/status", {[KC_GET] = kc_get_status}, 0},
    {"/connectors/*/messages", {[KC_GET] = kc_get_messages}, 0},
    {"/connectors/*/deploy", {[KC_POST] = kc_post_deploy}, 0},
    {"/connectors/*/pause", {[KC_PUT] = kc_put_pause}, 0},
    {"/connectors/*/resume", {[KC_PUT] = kc_put_resume}, 0},
    {"/connectors/*/stop", {[KC_PUT] = kc_put_stop}, 0},
    {"/connectors/*/restart", {[KC_POST] = kc_post_restart}, 0},
    {"/connectors/*/topics", {[KC_GET] = kc_get_used_topics}, 0},
    {"/connectors/*/topics/reset", {[KC_PUT] = kc_put_topics_reset}, 0},
    {"/connectors/*/offsets",
     {[KC_GET] = kc_get_offsets, [KC_PATCH] = kc_patch_offsets, [KC_DELETE] = kc_delete_offsets},
     0},
    {"/connectors/*/tasks", {[KC_GET] = kc_get_tasks}, 0},
    {"/connectors/*/tasks/*/status", {[KC_GET] = kc_get_task_status}, 0},
    {"/connectors/*/tasks/*/restart", {[KC_POST] = kc_post_task_restart}, 0},
    {"/connector-plugins", {[KC_GET] = kc_get_plugins}, KC_ROUTE_EARLY},
    {"/connector-plugins/*/config", {[KC_GET] = kc_get_plugin_config}, KC_ROUTE_EARLY},
    {"/connector-plugins/*/config/validate", {[KC_PUT] = kc_put_validate}, 0},
    {"/admin/loggers", {[KC_GET] = kc_get_loggers}, KC_ROUTE_EARLY},
    {"/admin/loggers/*", {[KC_GET] = kc_get_logger, [KC_PUT] = kc_put_logger}, KC_ROUTE_EARLY},
};

const struct kc_route *kc_routes(size_t *n)
{
    *n = sizeof(routes) / sizeof(*routes);
    return routes;
}
