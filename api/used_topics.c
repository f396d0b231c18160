#include <string.h>

#include "resources.h"

/* GET /connectors/X/topics: what it has really used since it was created or reset. */
void kc_get_used_topics(struct kc_request *q, struct kc_reply *reply)
{
    const char *name = q->params[0];
    size_t n = 0;
    char **topics;

    if (!q->context->config->topic_tracking) {
        kc_reply_error(reply, KC_HTTP_FORBIDDEN, "Topic tracking is disabled.");
        return;
    }
    topics = kc_fleet_topics(q->fleet, name, &n);
    if (topics == NULL) {
        reply->body.failed = true;
        return;
    }
    kc_buf_str(&reply->body, "{");
    kc_buf_json(&reply->body, name, strlen(name));
    kc_buf_str(&reply->body, ":{\"topics\":[");
    for (size_t i = 0; i < n && kc_request_connector(q) != NULL; i++) {
        kc_buf_str(&reply->body, i > 0 ? "," : "");
        kc_buf_json(&reply->body, topics[i], strlen(topics[i]));
    }
    kc_buf_str(&reply->body, "]}}");
    kc_fleet_topics_free(topics, n);
    kc_reply_json(reply, KC_HTTP_OK);
}

/* PUT /connectors/X/topics/reset */
void kc_put_topics_reset(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_worker_config *config = q->context->config;

    if (!config->topic_tracking || !config->topic_tracking_reset)
        kc_reply_error(reply, KC_HTTP_FORBIDDEN,
                       config->topic_tracking ? "Topic tracking reset is disabled."
                                              : "Topic tracking is disabled.");
    else if (!kc_fleet_topics_reset(q->fleet, q->params[0]))
        reply->body.failed = true;
    else
        kc_reply_empty(reply, KC_HTTP_ACCEPTED);
}
