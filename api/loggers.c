#include "base/loggers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "resources.h"

static void write_level(struct kc_buf *b, const struct kc_logger *l)
{
    kc_buf_printf(b, "{\"level\":\"%s\",\"last_modified\":", kc_log_level_name(l->level));
    if (l->modified_ms == 0)
        kc_buf_str(b, "null}");
    else
        kc_buf_printf(b, "%" PRId64 "}", l->modified_ms);
}

/* Plugins speak under their own names, which only the registry knows. */
static void know_plugins(const struct kc_request *q)
{
    const struct kc_component_info **list;
    size_t n;

    list = kc_registry_list(q->context->registry, &n);
    for (size_t i = 0; i < n; i++)
        kc_loggers_know(list[i]->id);
    free(list);
}

/* Room for all loggers, which is too much for a stack. NULL: the reply is complete. */
static struct kc_logger *make_list(struct kc_reply *reply)
{
    struct kc_logger *list = malloc(KC_LOGGERS_MAX * sizeof(*list));

    reply->body.failed = list == NULL;
    return list;
}

/* GET /admin/loggers */
void kc_get_loggers(struct kc_request *q, struct kc_reply *reply)
{
    struct kc_logger *list = make_list(reply);
    size_t n;

    if (list == NULL)
        return;
    know_plugins(q);
    n = kc_loggers_list(list);
    for (size_t i = 0; i < n; i++) {
        kc_buf_str(&reply->body, i > 0 ? "," : "{");
        kc_buf_json(&reply->body, list[i].name, strlen(list[i].name));
        kc_buf_str(&reply->body, ":");
        write_level(&reply->body, &list[i]);
    }
    kc_buf_str(&reply->body, "}");
    free(list);
    kc_reply_json(reply, KC_HTTP_OK);
}

/* GET /admin/loggers/L */
void kc_get_logger(struct kc_request *q, struct kc_reply *reply)
{
    struct kc_logger logger;

    know_plugins(q);
    if (!kc_loggers_find(q->params[0], &logger)) {
        kc_reply_error(reply, KC_HTTP_NOT_FOUND, "Logger %s not found.", q->params[0]);
        return;
    }
    write_level(&reply->body, &logger);
    kc_reply_json(reply, KC_HTTP_OK);
}

/* The level of the body; false: the reply is complete. */
static bool read_level(struct kc_request *q, enum kc_log_level *level, struct kc_reply *reply)
{
    cJSON *body = kc_request_object(q, "an object with the member level", reply);
    const cJSON *member = kc_json_member(body, "level");
    const char *text = cJSON_GetStringValue(member);
    bool good = false;

    if (body == NULL)
        return false;
    if (member == NULL || cJSON_IsNull(member))
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "Desired 'level' parameter was not specified in request.");
    else if (text == NULL)
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "The member level must be a text, such as \"DEBUG\".");
    else if (!kc_log_level_parse(text, level))
        kc_reply_error(reply, KC_HTTP_NOT_FOUND, "invalid log level '%s'.", text);
    else
        good = true;
    cJSON_Delete(body);
    return good;
}

static void set_here(struct kc_request *q, enum kc_log_level level, struct kc_reply *reply)
{
    struct kc_logger *changed = make_list(reply);
    struct kc_error err = KC_ERROR_INIT;
    size_t n;

    if (changed == NULL)
        return;
    know_plugins(q);
    if (kc_loggers_set(q->params[0], level, changed, &n, &err) < 0) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
    } else {
        kc_buf_str(&reply->body, "[");
        for (size_t i = 0; i < n; i++) {
            kc_buf_str(&reply->body, i > 0 ? "," : "");
            kc_buf_json(&reply->body, changed[i].name, strlen(changed[i].name));
        }
        kc_buf_str(&reply->body, "]");
        kc_reply_json(reply, KC_HTTP_OK);
    }
    free(changed);
}

/* Here at once, so that a bad name is refused, and on the others as soon as they have read of it. */
static void set_everywhere(struct kc_request *q, enum kc_log_level level, struct kc_reply *reply)
{
    struct kc_error err = KC_ERROR_INIT;
    size_t n;

    if (q->fleet == NULL) {
        kc_reply_unavailable(reply, 2, "The worker is starting and cannot reach the others yet.");
        return;
    }
    know_plugins(q);
    if (kc_loggers_set(q->params[0], level, NULL, &n, &err) < 0) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
        return;
    }
    kc_fleet_logger(q->fleet, q->params[0], level);
    kc_reply_empty(reply, KC_HTTP_NO_CONTENT);
}

/* PUT /admin/loggers/L[?scope=cluster]; nothing survives a restart. */
void kc_put_logger(struct kc_request *q, struct kc_reply *reply)
{
    const char *scope = kc_uri_parameter(&q->uri, "scope");
    enum kc_log_level level;

    if (!read_level(q, &level, reply))
        return;
    if (scope != NULL && strcasecmp(scope, "cluster") == 0)
        set_everywhere(q, level, reply);
    else
        set_here(q, level, reply);
}
