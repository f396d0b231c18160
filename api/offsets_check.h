/* offsets_check.h - what is asked before a connector's offsets are read or changed from here. */
#ifndef KC_API_OFFSETS_CHECK_H
#define KC_API_OFFSETS_CHECK_H

#include "request.h"

/*
 * Where a connector overrides settings of its Kafka clients with references to config providers, only its own processes
 * know them: the first such key, or NULL. Asking Kafka with the worker's own settings might mean another cluster.
 */
const char *kc_offsets_hidden_key(const struct kc_request *request, const struct kc_props *config);

/*
 * Asks the source's plugin what it thinks of the offsets in the request's body (planner->check_offsets, in a process of
 * its own); true as well when it has no word on them, or the connector is a sink. False: `reply` is a 400 with the
 * plugin's sentence, or a 503.
 */
bool kc_offsets_acceptable(struct kc_request *request, const struct kc_connector_view *connector,
                           struct kc_reply *reply);

#endif
