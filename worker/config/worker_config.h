/*
 * worker_config.h - the worker's own configuration: a properties file with Kafka Connect's keys, and --set on top.
 */
#ifndef KC_CONFIG_WORKER_CONFIG_H
#define KC_CONFIG_WORKER_CONFIG_H

#include <stdint.h>

#include "base/log.h"
#include "base/props.h"

/* Immutable once loaded; every pointer belongs to it. */
struct kc_worker_config {
    struct kc_props *props; /* everything as given, defaults added; the source of kc_client_props() */
    const char *bootstrap_servers;
    const char *group_id;
    const char *client_id_prefix;       /* client.id, default: group.id */
    const char *const *plugin_path;     /* folders, ends with NULL */
    const char *const *listeners;       /* "http://127.0.0.1:8083", ends with NULL */
    const char *config_storage_topic;   /* default kconnect-configs */
    const char *status_storage_topic;   /* default kconnect-status */
    const char *offset_storage_topic;   /* default kconnect-offsets */
    const char *request_storage_topic;  /* default kconnect-requests */
    int16_t config_storage_replication; /* *.replication.factor; -1: the broker's default */
    int16_t status_storage_replication;
    int16_t offset_storage_replication;
    int16_t request_storage_replication;
    int32_t status_storage_partitions; /* default 5 */
    int32_t offset_storage_partitions; /* default 25 */
    const char
        *state_dir; /* plugin.staging and such; default: a private folder below /tmp, removed at exit */
    int64_t
        request_timeout_ms; /* how long a write over REST may wait for the leader; default 90,000 as Connect */
    int64_t graceful_shutdown_ms;     /* task.shutdown.graceful.timeout.ms, default 5,000 */
    int64_t task_memory_max_mb;       /* task.memory.max.mb, default 256 */
    int64_t offset_flush_interval_ms; /* offset.flush.interval.ms, default 60,000 */
    int64_t restart_first_ms;         /* errors.restart.delay.initial.ms, default 1,000 */
    int64_t restart_max_ms;           /* errors.restart.delay.max.ms, default 60,000 */
    int32_t quarantine_crashes;       /* plugin.quarantine.crashes, default 5; 0: never */
    int64_t quarantine_window_ms;     /* plugin.quarantine.window.ms, default 600,000 */
    int64_t max_request_bytes;        /* rest.request.max.bytes, default 1 MiB */
    bool topic_tracking;              /* topic.tracking.enable, default true */
    bool topic_tracking_reset;        /* topic.tracking.allow.reset, default true */
    enum kc_log_level log_level;      /* log.level */
    enum kc_log_format log_format;    /* log.format=text|json */
};

/*
 * Reads `path` (Java properties syntax: = or :, # and !, continuation lines, \uXXXX) and then `overrides` (may be
 * NULL), checks every key and fills in defaults. KC_ERR_CONFIG: *err names file, line and key, says what is allowed;
 * a Java-only security key names librdkafka's equivalent. A Kafka Connect key without meaning here is a warning in
 * the log. The caller frees *out with kc_worker_config_destroy().
 */
kc_status kc_worker_config_load(const char *path, const struct kc_props *overrides,
                                struct kc_worker_config **out, struct kc_error *err);
void kc_worker_config_destroy(struct kc_worker_config *c);

#endif
