#include "change.h"
#include "documents.h"
#include "resources.h"

/* Kafka Connect answers 202 to what takes effect later (pause, resume) and 204 to stop. */
static void set_target(struct kc_request *q, struct kc_reply *reply, enum kc_target target, unsigned success)
{
    const struct kc_change change = {.kind = KC_CHANGE_TARGET, .name = q->params[0], .target = target};
    enum kc_change_outcome outcome;

    if (kc_request_change(q, &change, KC_SAY_UNKNOWN, &outcome, reply))
        kc_reply_empty(reply, success);
}

void kc_put_pause(struct kc_request *q, struct kc_reply *reply)
{
    set_target(q, reply, KC_TARGET_PAUSED, KC_HTTP_ACCEPTED);
}

void kc_put_resume(struct kc_request *q, struct kc_reply *reply)
{
    set_target(q, reply, KC_TARGET_RUNNING, KC_HTTP_ACCEPTED);
}

void kc_put_stop(struct kc_request *q, struct kc_reply *reply)
{
    set_target(q, reply, KC_TARGET_STOPPED, KC_HTTP_NO_CONTENT);
}

/* One sentence for the person who pressed "deploy", from what the connector was before. */
static const char *deploy_message(enum kc_target before, bool changed)
{
    if (!changed)
        return "The connector is deployed already; nothing was changed.";
    switch (before) {
    case KC_TARGET_STOPPED: return "The connector was stopped and is being deployed.";
    case KC_TARGET_PAUSED: return "The connector was paused and goes on.";
    case KC_TARGET_RUNNING: break;
    }
    return "The connector's task had failed and is being started anew.";
}

/* POST /connectors/X/deploy: make it run. The answer is always the status document. */
void kc_post_deploy(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_change change = {.kind = KC_CHANGE_DEPLOY, .name = q->params[0]};
    const struct kc_connector_view *c = kc_request_connector(q);
    enum kc_target before = c == NULL ? KC_TARGET_STOPPED : c->target;
    enum kc_change_outcome outcome;
    bool changed;

    if (!kc_request_change(q, &change, KC_SAY_NOT_FOUND, &outcome, reply))
        return;
    changed = outcome != KC_CHANGE_UNCHANGED;
    c = kc_request_connector(q);
    if (c == NULL) { /* deleted by somebody in this very moment */
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
        return;
    }
    kc_write_status(&reply->body, q, c, KC_RESTARTING_NOTHING, deploy_message(before, changed));
    kc_reply_json(reply, changed ? KC_HTTP_ACCEPTED : KC_HTTP_OK);
}
