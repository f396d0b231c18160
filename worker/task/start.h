/* start.h - the first message of the worker: what this task is to do. */
#ifndef KC_TASK_START_H
#define KC_TASK_START_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/props.h"

enum kc_task_role { KC_ROLE_CONNECTOR, KC_ROLE_KEY_CONVERTER, KC_ROLE_VALUE_CONVERTER, KC_ROLE_COUNT };

struct kc_task_plugin {
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
    bool paused;
    struct kc_props *config;
    struct kc_task_plugin plugins[KC_ROLE_COUNT];
    struct kc_props *producer;
    struct kc_props *consumer;
    struct kc_props *admin;
    const char *offset_topic;
    int32_t offset_partitions;
    struct kc_props *topic_creation;
    int64_t memory_max_mb; /* 0: the default */
    const cJSON *loggers;  /* levels by name; NULL: none */
    const char *log_level;
    const char *log_format;
};

/* Takes over `json`, whether it succeeds or not. kc_start_finish() afterwards in both cases. */
kc_status kc_start_read(cJSON *json, struct kc_start *out, struct kc_error *err);
void kc_start_finish(struct kc_start *s);

#endif
