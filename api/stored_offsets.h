/* stored_offsets.h - what Kafka holds for a connector of a name, for checks of its configuration. */
#ifndef KC_API_STORED_OFFSETS_H
#define KC_API_STORED_OFFSETS_H

#include "request.h"

/*
 * {"offsets":[...]} of the connector that `config` names, which need not exist: offsets outlive connectors. The caller
 * frees it. NULL: none are stored, or Kafka did not tell in time, which is only logged. Blocking, some seconds at most.
 */
char *kc_stored_offsets(const struct kc_request *request, const struct kc_props *config);

#endif
