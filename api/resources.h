/* resources.h - the handlers, by the file they live in, and the table that names them. */
#ifndef KC_API_RESOURCES_H
#define KC_API_RESOURCES_H

#include "request.h"

const struct kc_route *kc_routes(size_t *n); /* routes.c */

kc_handler kc_get_root;    /* root.c */
kc_handler kc_get_health;  /* health.c */
kc_handler kc_get_metrics; /* metrics.c */

kc_handler kc_get_connectors, kc_get_connector, kc_delete_connector; /* connectors.c */
kc_handler kc_post_connectors;                                       /* connector_create.c */

kc_handler kc_get_config, kc_put_config, kc_patch_config; /* connector_config_resource.c */

kc_handler kc_put_pause, kc_put_resume, kc_put_stop; /* connector_state.c */
kc_handler kc_post_deploy;
kc_handler kc_post_restart, kc_post_task_restart; /* restart.c */

kc_handler kc_get_status;                                       /* status.c */
kc_handler kc_get_tasks, kc_get_task_status;                    /* tasks.c */
kc_handler kc_get_used_topics, kc_put_topics_reset;             /* used_topics.c */
kc_handler kc_get_offsets, kc_patch_offsets, kc_delete_offsets; /* connector_offsets.c */
kc_handler kc_get_messages;                                     /* messages.c */

kc_handler kc_get_plugins, kc_get_plugin_config; /* plugins.c */
kc_handler kc_put_validate;                      /* validate.c */

kc_handler kc_get_loggers, kc_get_logger, kc_put_logger; /* loggers.c */

#endif
