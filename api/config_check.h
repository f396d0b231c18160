/* config_check.h - what a configuration sent by a client must fulfil before the fleet gets to see it. */
#ifndef KC_API_CONFIG_CHECK_H
#define KC_API_CONFIG_CHECK_H

#include "plugin/connector_config.h"
#include "request.h"

/* `text` without white space at both ends, in `out`. False: longer than `size` allows. */
bool kc_trim(const char *text, char *out, size_t size);

/* Puts `name` into the configuration; false, a 400: it has another one there. */
bool kc_config_name(struct kc_props *config, const char *name, struct kc_reply *reply);

/* How far a configuration is checked. */
enum kc_check_depth {
    KC_CHECK_DECLARED, /* types, ranges, required keys: what the declarations tell */
    KC_CHECK_ALL,      /* also what the plugin finds out, which connects to the other system */
};

/*
 * What the query parameter validateOnly asks for: "declared", or nothing. False: it says something else, and `reply` is a
 * 400.
 */
bool kc_config_depth(const struct kc_request *request, enum kc_check_depth *out, struct kc_reply *reply);

/*
 * Checks a configuration whose connector.class is `component`, and reports each problem. The plugin is asked only when
 * the declarations of its own keys are fulfilled, since it is given parsed values. False: nothing is known, because too
 * many checks are running, and `reply` is a 503. `advice` gets what the plugin recommends; it may be NULL.
 */
bool kc_config_problems(struct kc_request *request, const struct kc_component_info *component,
                        const struct kc_props *config, enum kc_check_depth depth,
                        kc_config_problem_fn *problem, kc_config_advice_fn *advice, void *arg,
                        struct kc_reply *reply);

/*
 * Checks a configuration that is about to be stored. True: *type is "source" or "sink". False: `reply` is Kafka Connect's
 * 400 with every problem in it, or the 503.
 */
bool kc_config_acceptable(struct kc_request *request, const struct kc_props *config,
                          enum kc_check_depth depth, const char **type, struct kc_reply *reply);

/* The answer to a create or a change of configuration: ConnectorInfo; 201 and Location when `created`. */
void kc_reply_connector(struct kc_request *request, const char *name, bool created, struct kc_reply *reply);

#endif
