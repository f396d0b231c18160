#include "task/start.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* A member that must be a text; "" and a mistake when it is not. */
static const char *need_text(const cJSON *obj, const char *name, kc_status *status, struct kc_error *err)
{
    const char *text = kc_json_text(obj, name);

    if (text != NULL)
        return text;
    if (*status == KC_OK)
        *status = kc_fail(err, KC_ERR_FATAL, "the start message has no text \"%s\"", name);
    return "";
}

/* A member that is an object of texts; absent is an empty one. */
static struct kc_props *props_of(const cJSON *obj, const char *name, kc_status *status, struct kc_error *err)
{
    const cJSON *member = kc_json_member(obj, name);
    struct kc_props *p;

    if (*status < 0)
        return NULL;
    p = member == NULL ? kc_props_create() : kc_json_to_props(member, NULL, err);
    if (p == NULL)
        *status = kc_fail(err, KC_ERR_FATAL, "the start message's \"%s\" is no object of texts", name);
    return p;
}

const struct kc_task_plugin *kc_start_plugin(const struct kc_start *s, const char *role)
{
    for (size_t i = 0; i < s->n_plugins; i++) {
        if (strcmp(s->plugins[i].role, role) == 0)
            return &s->plugins[i];
    }
    return NULL;
}

static kc_status read_plugins(const cJSON *list, struct kc_start *s, struct kc_error *err)
{
    static const char *const needed[] = {KC_ROLE_CONNECTOR, KC_ROLE_KEY_CONVERTER, KC_ROLE_VALUE_CONVERTER};
    const cJSON *item;
    kc_status status = KC_OK;

    s->plugins = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*s->plugins));
    if (s->plugins == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    cJSON_ArrayForEach(item, list)
    {
        struct kc_task_plugin *p = &s->plugins[s->n_plugins++];

        p->role = need_text(item, "role", &status, err);
        p->id = need_text(item, "id", &status, err);
        p->file = need_text(item, "file", &status, err);
        p->version = kc_json_text(item, "version");
        if (p->version == NULL)
            p->version = "";
    }
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]) && status == KC_OK; i++) {
        if (kc_start_plugin(s, needed[i]) == NULL)
            status = kc_fail(err, KC_ERR_FATAL, "the start message names no plugin for \"%s\"", needed[i]);
    }
    return status;
}

kc_status kc_start_read(cJSON *json, struct kc_start *out, struct kc_error *err)
{
    kc_status status = KC_OK;
    const cJSON *client = kc_json_member(json, "client");
    const char *kind;

    *out = (struct kc_start){.json = json};
    if (strcmp(need_text(json, "type", &status, err), "start") != 0)
        return kc_fail(err, KC_ERR_FATAL, "the worker's first message is not a start message");
    kind = need_text(json, "kind", &status, err);
    out->connector = need_text(json, "connector", &status, err);
    out->task = (int)kc_json_int(json, "task", 0);
    out->worker_id = need_text(json, "worker_id", &status, err);
    out->group_id = need_text(json, "group_id", &status, err);
    out->paused = kc_json_bool(json, "paused", false);
    out->config = props_of(json, "config", &status, err);
    out->producer = props_of(client, "producer", &status, err);
    out->consumer = props_of(client, "consumer", &status, err);
    out->admin = props_of(client, "admin", &status, err);
    out->offset_topic = need_text(json, "offset_topic", &status, err);
    out->offset_partitions = (int32_t)kc_json_int(json, "offset_partitions", 0);
    out->topic_creation = props_of(json, "topic_creation", &status, err);
    out->memory_max_mb = kc_json_int(json, "memory_max_mb", 0);
    out->providers = kc_json_member(json, "providers");
    out->loggers = kc_json_member(json, "loggers");
    out->log_level = kc_json_text(json, "log_level");
    out->log_format = kc_json_text(json, "log_format");
    if (status < 0)
        return status;
    out->sink = strcmp(kind, "sink") == 0;
    if (!out->sink && strcmp(kind, "source") != 0)
        return kc_fail(err, KC_ERR_FATAL,
                       "the start message calls %s a \"%s\", which is neither source nor sink",
                       out->connector, kind);
    if (out->offset_partitions < 1 || out->offset_partitions > 10000)
        return kc_fail(err, KC_ERR_FATAL, "the start message gives the offset topic %d partitions",
                       out->offset_partitions);
    return read_plugins(kc_json_member(json, "plugins"), out, err);
}

void kc_start_finish(struct kc_start *s)
{
    kc_props_destroy(s->config);
    kc_props_destroy(s->producer);
    kc_props_destroy(s->consumer);
    kc_props_destroy(s->admin);
    kc_props_destroy(s->topic_creation);
    free(s->plugins);
    cJSON_Delete(s->json);
    *s = (struct kc_start){0};
}
