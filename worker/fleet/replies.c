#include "fleet/replies.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/request.h"

struct kc_pending_reply {
    struct kc_pending_reply *next;
    char *id;
    char *message; /* may be NULL */
    enum kc_change_outcome outcome;
};

void kc_replies_take(struct kc_replies *r, const char *worker_id, const char *rest, const char *value,
                     size_t len)
{
    size_t n = strlen(worker_id);
    struct kc_pending_reply *p;

    if (value == NULL || strncmp(rest, worker_id, n) != 0 || rest[n] != '/')
        return;
    p = calloc(1, sizeof(*p));
    if (p == NULL || !kc_reply_parse(value, len, &p->id, &p->outcome, &p->message)) {
        free(p);
        return;
    }
    if (r->last != NULL)
        r->last->next = p;
    else
        r->first = p;
    r->last = p;
}

void kc_replies_hand_out(struct kc_replies *r, struct kc_mailbox *mailbox)
{
    while (r->first != NULL) {
        struct kc_pending_reply *p = r->first;

        kc_mailbox_reply(mailbox, p->id, p->outcome, p->message);
        r->first = p->next;
        free(p->id);
        free(p->message);
        free(p);
    }
    r->last = NULL;
}
