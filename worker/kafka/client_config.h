/*
 * client_config.h - from the worker's properties to a librdkafka client.
 *
 * As in Kafka Connect, a bare key (bootstrap.servers, security.protocol, sasl.*, ssl.*) is for every client of the
 * worker, and one with the prefix producer., consumer. or admin. for that kind of client in the tasks. Keys are
 * librdkafka's; of Java's that have other names max.request.size, fetch.max.wait.ms, auto.offset.reset=none and the classes
 * of partition.assignment.strategy are known. A connector may add producer.override., consumer.override. and
 * admin.override. keys of its own.
 */
#ifndef KC_KAFKA_CLIENT_CONFIG_H
#define KC_KAFKA_CLIENT_CONFIG_H

#include <librdkafka/rdkafka.h>

#include "base/props.h"

/* True when librdkafka knows a global or topic property of this name. */
bool kc_client_key_known(const char *key);

/*
 * The librdkafka properties of one kind of client: the worker's bare client keys, then those with "<kind>." (prefix
 * removed), then the connector's "<kind>.override." ones. `kind` is "producer", "consumer" or "admin"; NULL: the
 * bare ones only (the worker's own clients). `connector` may be NULL. Java-only keys are left out here: the worker's
 * configuration check has already refused or warned of them. The caller destroys the result. NULL: out of memory.
 */
struct kc_props *kc_client_props(const struct kc_props *worker, const char *kind,
                                 const struct kc_props *connector);

/*
 * A librdkafka configuration with `props` and then `fixed`, pairs of key and value that ends with NULL and that
 * nobody may override; with our log callback (component "librdkafka") and allow.auto.create.topics=false.
 * NULL: *err names the property. The caller hands it to rd_kafka_new() or destroys it. Does not log secrets.
 */
rd_kafka_conf_t *kc_client_conf(const struct kc_props *props, const char *const *fixed, struct kc_error *err);

/* rd_kafka_new() with a sentence: on failure `conf` has been destroyed. */
rd_kafka_t *kc_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct kc_error *err);

/* A sentence for a librdkafka error object, which is destroyed; the status says RETRY, FATAL or CONFIG. */
kc_status kc_client_fail(struct kc_error *err, rd_kafka_error_t *error, const char *what);
/* Whether trying again can help: brokers away, timeouts, coordinators moving. */
bool kc_client_retriable(rd_kafka_resp_err_t code);

#endif
