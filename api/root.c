#include "documents.h"
#include "resources.h"

/*
 * The version of Kafka Connect whose calls we answer: clients turn features on by it, and read it as
 * major.minor.
 */
#define CONNECT_VERSION "4.3.1"

/* GET /: which worker this is. Our own version stands beside Kafka Connect's members. */
void kc_get_root(struct kc_request *q, struct kc_reply *reply)
{
    const char *cluster = q->view == NULL ? NULL : q->view->cluster_id;

    kc_buf_printf(&reply->body, "{\"version\":\"%s\",\"commit\":\"kconnect-%s\"", CONNECT_VERSION,
                  KC_VERSION);
    kc_write_text_member(&reply->body, "kafka_cluster_id", cluster == NULL ? "" : cluster);
    kc_write_text_member(&reply->body, "kconnect_version", KC_VERSION);
    kc_buf_str(&reply->body, "}");
    kc_reply_json(reply, KC_HTTP_OK);
}
