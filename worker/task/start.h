/* start.h - the first message of the worker: what this task is to do. */
#ifndef KC_TASK_START_H
#define KC_TASK_START_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/props.h"

/* What a task needs a plugin for; these three are always there. */
#define KC_ROLE_CONNECTOR        "connector"
#define KC_ROLE_KEY_CONVERTER    "key.converter"
#define KC_ROLE_VALUE_CONVERTER  "value.converter"
#define KC_ROLE_HEADER_CONVERTER "header.converter" /* may be missing: headers.h says what holds then */
#define KC_ROLE_TRANSFORM        "transforms." /* and its alias, one for each that the key `transforms` lists */
#define KC_ROLE_PREDICATE        "predicates." /* and its alias, one for each that a transform names */

struct kc_task_plugin {
    const char *role;
    const char *id;
    const char *version; /* may be "" */
    const char *file;    /* the staged .so */
};

/* Texts are borrowed from `json`; the props are its own. Read-only after kc_start_read(). */
struct kc_start {
    cJSON *json;
    const char *connector;
    int task;
    const char *worker_id;
    const char *group_id;
    bool sink; /* the connector is one; else it is a source */
    bool paused;
    struct kc_props
        *config; /* the connector's; where the worker's converter is used, with the worker's keys of it */
    struct kc_task_plugin *plugins;
    size_t n_plugins;
    struct kc_props *producer;
    struct kc_props *consumer;
    struct kc_props *admin;
    const char *offset_topic;
    int32_t offset_partitions;
    struct kc_props *topic_creation;
    int64_t memory_max_mb; /* 0: the default */
    const cJSON
        *providers; /* config providers that the configuration refers to, config_resolve.h; NULL: none */
    const cJSON *loggers; /* levels by name; NULL: none */
    const char *log_level;
    const char *log_format;
};

/* Takes over `json`, whether it succeeds or not. kc_start_finish() afterwards in both cases. */
kc_status kc_start_read(cJSON *json, struct kc_start *out, struct kc_error *err);
void kc_start_finish(struct kc_start *s);

/* The plugin of a role; NULL: the start message names none. */
const struct kc_task_plugin *kc_start_plugin(const struct kc_start *s, const char *role);

#endif
