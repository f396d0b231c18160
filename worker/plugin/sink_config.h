/*
 * sink_config.h - what must hold between the keys of a sink, whatever its plugin: exactly one of topics and
 * topics.regex, an expression that librdkafka can take (kafka/topic_pattern.h), and a topic for dead letters
 * that is not read by the sink.
 */
#ifndef KC_PLUGIN_SINK_CONFIG_H
#define KC_PLUGIN_SINK_CONFIG_H

#include "plugin/connector_config.h"

/* Kafka Connect's key for the records of one put(), which librdkafka does not have; default 500. */
#define KC_MAX_POLL_RECORDS "consumer.override.max.poll.records"

/* Calls `problem` for each sentence. Pure. */
void kc_sink_config_check(const struct kc_props *config, kc_config_problem_fn *problem, void *arg);

#endif
