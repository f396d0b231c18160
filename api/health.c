#include <stdlib.h>

#include "documents.h"
#include "resources.h"

static void answer(struct kc_reply *reply, unsigned status, const char *word, const char *message)
{
    kc_buf_printf(&reply->body, "{\"status\":\"%s\"", word);
    kc_write_text_member(&reply->body, "message", message);
    kc_buf_str(&reply->body, "}");
    kc_reply_json(reply, status);
}

/* GET /health: may a load balancer send calls here? */
void kc_get_health(struct kc_request *q, struct kc_reply *reply)
{
    char *trouble = q->fleet == NULL ? NULL : kc_fleet_trouble(q->fleet);

    if (trouble != NULL)
        answer(reply, KC_HTTP_INTERNAL, "unhealthy", trouble);
    else if (q->view == NULL || !q->view->caught_up)
        answer(reply, KC_HTTP_UNAVAILABLE, "starting", "Worker is still starting up.");
    else
        answer(reply, KC_HTTP_OK, "healthy", "Worker has completed startup and is ready to handle requests.");
    free(trouble);
}
