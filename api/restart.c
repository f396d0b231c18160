#include "change.h"
#include "documents.h"
#include "resources.h"
#include "task_id.h"

/*
 * A connector has no process of its own here, only its task has one. So a restart of the connector without
 * its task finds something to do only when the connector itself has FAILED.
 */
static bool connector_restarts(const struct kc_connector_view *c, bool only_failed)
{
    return c->state == KC_STATE_FAILED || (!only_failed && c->state != KC_STATE_STOPPED);
}

static bool task_restarts(const struct kc_connector_view *c, bool tasks, bool only_failed)
{
    return tasks && c->has_task && (!only_failed || c->task.state == KC_STATE_FAILED);
}

/*
 * POST /connectors/X/restart?includeTasks=B&onlyFailed=B. Both false: 204, else 202 and what is being
 * restarted.
 */
void kc_post_restart(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);
    bool tasks = kc_request_flag(q, "includeTasks"), only_failed = kc_request_flag(q, "onlyFailed");
    struct kc_change change = {
        .kind = KC_CHANGE_RESTART, .name = q->params[0], .only_if_failed = only_failed};
    enum kc_restarting shown = KC_RESTARTING_NOTHING;
    enum kc_change_outcome outcome;

    if (c == NULL) {
        kc_reply_unknown(reply, KC_SAY_UNKNOWN_COLON, q->params[0]);
        return;
    }
    if (connector_restarts(c, only_failed))
        shown = KC_RESTARTING_CONNECTOR;
    if (task_restarts(c, tasks, only_failed))
        shown = KC_RESTARTING_ALL;
    if (shown == KC_RESTARTING_ALL || (shown != KC_RESTARTING_NOTHING && c->state == KC_STATE_FAILED)) {
        if (!kc_request_change(q, &change, KC_SAY_UNKNOWN_COLON, &outcome, reply))
            return;
        c = kc_request_connector(q);
    }
    if (!tasks && !only_failed) {
        kc_reply_empty(reply, KC_HTTP_NO_CONTENT);
        return;
    }
    if (c == NULL) {
        kc_reply_unknown(reply, KC_SAY_UNKNOWN_COLON, q->params[0]);
        return;
    }
    kc_write_status(&reply->body, q, c, shown, NULL);
    kc_reply_json(reply, KC_HTTP_ACCEPTED);
}

/* POST /connectors/X/tasks/N/restart */
void kc_post_task_restart(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_change change = {.kind = KC_CHANGE_RESTART, .name = q->params[0]};
    const struct kc_connector_view *c = kc_request_connector(q);
    enum kc_change_outcome outcome;
    int32_t id;

    if (!kc_task_id_parse(q->params[1], &id))
        kc_reply_http_error(reply, KC_HTTP_NOT_FOUND);
    else if (c == NULL)
        kc_reply_unknown(reply, KC_SAY_UNKNOWN_COLON, q->params[0]);
    else if (!c->has_task || id != 0)
        kc_reply_error(reply, KC_HTTP_NOT_FOUND, "Unknown task: %s-%d", q->params[0], (int)id);
    else if (kc_request_change(q, &change, KC_SAY_UNKNOWN_COLON, &outcome, reply))
        kc_reply_empty(reply, KC_HTTP_NO_CONTENT);
}
