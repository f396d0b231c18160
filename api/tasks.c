#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "documents.h"
#include "plugin/connector_config.h"
#include "resources.h"
#include "task_id.h"

bool kc_task_id_parse(const char *text, int32_t *id)
{
    long value;
    char *end;

    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || value < INT32_MIN || value > INT32_MAX)
        return false;
    *id = (int32_t)value;
    return true;
}

/* TaskInfo. A connector has one task, which gets the whole configuration. */
static void task_info(struct kc_request *q, struct kc_buf *b, const struct kc_connector_view *c)
{
    struct kc_props *config = kc_props_copy(c->config);
    const char *class = kc_props_or(c->config, "connector.class", "");

    if (config == NULL || kc_props_set(config, "task.class", class) != KC_OK) {
        b->failed = true;
    } else {
        kc_buf_str(b, "{\"id\":{\"connector\":");
        kc_buf_json(b, c->name, strlen(c->name));
        kc_buf_str(b, ",\"task\":0},\"config\":");
        kc_write_config(b, q->context->registry, config);
        kc_buf_str(b, "}");
    }
    kc_props_destroy(config);
}

/* GET /connectors/X/tasks */
void kc_get_tasks(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);

    if (c == NULL) {
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
        return;
    }
    kc_buf_str(&reply->body, "[");
    if (c->has_task)
        task_info(q, &reply->body, c);
    kc_buf_str(&reply->body, "]");
    kc_reply_json(reply, KC_HTTP_OK);
}

/* GET /connectors/X/tasks/N/status */
void kc_get_task_status(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);
    int32_t id;

    if (!kc_task_id_parse(q->params[1], &id)) {
        kc_reply_http_error(reply, KC_HTTP_NOT_FOUND);
        return;
    }
    if (c == NULL || !c->has_task || id != 0) {
        kc_reply_error(reply, KC_HTTP_NOT_FOUND, "No status found for task %s-%d", q->params[0], (int)id);
        return;
    }
    kc_write_task_status(&reply->body, c, KC_RESTARTING_NOTHING);
    kc_reply_json(reply, KC_HTTP_OK);
}
