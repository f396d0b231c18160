/* documents.h - Kafka Connect's objects (rest-contract, objects) as JSON, each written in one place. */
#ifndef KC_API_DOCUMENTS_H
#define KC_API_DOCUMENTS_H

#include "base/buf.h"
#include "fleet/fleet.h"
#include "plugin/registry.h"
#include "request.h"

/* A configuration as an object of strings, with its secrets masked. */
void kc_write_config(struct kc_buf *b, const struct kc_registry *registry, const struct kc_props *config);
/* ConnectorInfo: name, config, tasks, type. */
void kc_write_connector_info(struct kc_buf *b, const struct kc_registry *registry,
                             const struct kc_connector_view *c);

/* How a restart that was asked for a moment ago shows in a status. */
enum kc_restarting { KC_RESTARTING_NOTHING, KC_RESTARTING_CONNECTOR, KC_RESTARTING_ALL };

/* Status: name, connector, tasks, type. `message`, when not NULL, is added as a last member. What nobody runs
 * is shown with the worker that answers and the version that is installed here, as clients expect both. */
void kc_write_status(struct kc_buf *b, const struct kc_request *q, const struct kc_connector_view *c,
                     enum kc_restarting restarting, const char *message);
/* One element of Status.tasks. Beside Kafka Connect's members: attempt and next_attempt_ms of a task that is
 * RESTARTING after a failure, progress of one that reports it. */
void kc_write_task_status(struct kc_buf *b, const struct kc_connector_view *c, enum kc_restarting restarting);

/* ConfigKey: the definition of one key of a component. */
void kc_write_config_key(struct kc_buf *b, const struct kc_key_info *key);

/* `"name":` and `,"name":"text"` with escaping; a NULL text becomes null. */
void kc_write_text_member(struct kc_buf *b, const char *name, const char *text);

#endif
