#include <string.h>

#include "change.h"
#include "documents.h"
#include "resources.h"

static void list_names(const struct kc_fleet_view *view, struct kc_buf *b)
{
    kc_buf_str(b, "[");
    for (size_t i = 0; i < view->n_connectors; i++) {
        kc_buf_str(b, i > 0 ? "," : "");
        kc_buf_json(b, view->connectors[i].name, strlen(view->connectors[i].name));
    }
    kc_buf_str(b, "]");
}

static void list_expanded(struct kc_request *q, struct kc_buf *b)
{
    bool status = kc_uri_has(&q->uri, "expand", "status"), info = kc_uri_has(&q->uri, "expand", "info");

    kc_buf_str(b, "{");
    for (size_t i = 0; i < q->view->n_connectors; i++) {
        const struct kc_connector_view *c = &q->view->connectors[i];

        kc_buf_str(b, i > 0 ? "," : "");
        kc_buf_json(b, c->name, strlen(c->name));
        kc_buf_str(b, ":{");
        if (status) {
            kc_buf_str(b, "\"status\":");
            kc_write_status(b, q, c, KC_RESTARTING_NOTHING, NULL);
        }
        kc_buf_str(b, status && info ? "," : "");
        if (info) {
            kc_buf_str(b, "\"info\":");
            kc_write_connector_info(b, q->context->registry, c);
        }
        kc_buf_str(b, "}");
    }
    kc_buf_str(b, "}");
}

/* GET /connectors, with expand=status and expand=info */
void kc_get_connectors(struct kc_request *q, struct kc_reply *reply)
{
    if (kc_uri_parameter(&q->uri, "expand") == NULL)
        list_names(q->view, &reply->body);
    else
        list_expanded(q, &reply->body);
    kc_reply_json(reply, KC_HTTP_OK);
}

void kc_get_connector(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);

    if (c == NULL) {
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
        return;
    }
    kc_write_connector_info(&reply->body, q->context->registry, c);
    kc_reply_json(reply, KC_HTTP_OK);
}

void kc_delete_connector(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_change change = {.kind = KC_CHANGE_DELETE, .name = q->params[0]};
    enum kc_change_outcome outcome;

    if (kc_request_change(q, &change, KC_SAY_NOT_FOUND, &outcome, reply))
        kc_reply_empty(reply, KC_HTTP_NO_CONTENT);
}
