#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/json.h"
#include "resources.h"

/*
 * The worker has one level for all that it logs, which is Kafka Connect's logger "root". 0: not set since the
 * start.
 */
static _Atomic int64_t last_modified_ms;

static void write_level(struct kc_buf *b)
{
    int64_t when = atomic_load(&last_modified_ms);

    kc_buf_printf(b, "{\"level\":\"%s\",\"last_modified\":", kc_log_level_name(kc_log_get_level()));
    if (when == 0)
        kc_buf_str(b, "null}");
    else
        kc_buf_printf(b, "%" PRId64 "}", when);
}

/* GET /admin/loggers */
void kc_get_loggers(struct kc_request *q, struct kc_reply *reply)
{
    (void)q;
    kc_buf_str(&reply->body, "{\"root\":");
    write_level(&reply->body);
    kc_buf_str(&reply->body, "}");
    kc_reply_json(reply, KC_HTTP_OK);
}

static bool is_root(struct kc_request *q, struct kc_reply *reply)
{
    if (strcmp(q->params[0], "root") == 0)
        return true;
    kc_reply_error(reply, KC_HTTP_NOT_FOUND, "Logger %s not found. The worker has one logger, root.",
                   q->params[0]);
    return false;
}

/* GET /admin/loggers/L */
void kc_get_logger(struct kc_request *q, struct kc_reply *reply)
{
    if (!is_root(q, reply))
        return;
    write_level(&reply->body);
    kc_reply_json(reply, KC_HTTP_OK);
}

/* The level of the body; false: the reply is complete. ALL is our TRACE. */
static bool read_level(struct kc_request *q, enum kc_log_level *level, struct kc_reply *reply)
{
    cJSON *body = kc_request_object(q, "an object with the member level", reply);
    const char *text = kc_json_text(body, "level");
    bool good = false;

    if (body == NULL)
        return false;
    if (text == NULL)
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "Desired 'level' parameter was not specified in request.");
    else if (!kc_log_level_parse(strcasecmp(text, "ALL") == 0 ? "TRACE" : text, level))
        kc_reply_error(reply, KC_HTTP_NOT_FOUND, "invalid log level '%s'.", text);
    else
        good = true;
    cJSON_Delete(body);
    return good;
}

/* PUT /admin/loggers/L: of this worker; nothing survives a restart. */
void kc_put_logger(struct kc_request *q, struct kc_reply *reply)
{
    const char *scope = kc_uri_parameter(&q->uri, "scope");
    enum kc_log_level level;

    if (!is_root(q, reply) || !read_level(q, &level, reply))
        return;
    if (scope != NULL && strcasecmp(scope, "cluster") == 0) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                       "The level can be set with scope=worker only: send the request to each worker.");
        return;
    }
    if (level == kc_log_get_level()) {
        kc_buf_str(&reply->body, "[]");
    } else {
        kc_log_set_level(level);
        atomic_store(&last_modified_ms, kc_now_ms());
        kc_buf_str(&reply->body, "[\"root\"]");
    }
    kc_reply_json(reply, KC_HTTP_OK);
}
