#include "change.h"
#include "documents.h"
#include "resources.h"

void kc_get_status(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);

    if (c == NULL) {
        kc_reply_unknown(reply, KC_SAY_NO_STATUS, q->params[0]);
        return;
    }
    kc_write_status(&reply->body, q, c, KC_RESTARTING_NOTHING, NULL);
    kc_reply_json(reply, KC_HTTP_OK);
}
