/* config_check.h - what a configuration sent by a client must fulfil before the fleet gets to see it. */
#ifndef KC_API_CONFIG_CHECK_H
#define KC_API_CONFIG_CHECK_H

#include "request.h"

/* `text` without white space at both ends, in `out`. False: longer than `size` allows. */
bool kc_trim(const char *text, char *out, size_t size);

/* Puts `name` into the configuration; false, a 400: it has another one there. */
bool kc_config_name(struct kc_props *config, const char *name, struct kc_reply *reply);

/*
 * Checks the declarations of the connector and its converters. True: *type is "source" or "sink". False:
 * `reply` is Kafka Connect's 400 with every problem in it.
 */
bool kc_config_acceptable(struct kc_request *request, const struct kc_props *config, const char **type,
                          struct kc_reply *reply);

/* The answer to a create or a change of configuration: ConnectorInfo; 201 and Location when `created`. */
void kc_reply_connector(struct kc_request *request, const char *name, bool created, struct kc_reply *reply);

#endif
