/* replies.h - replies that were read and wait until the view with what they speak of is out. One thread. */
#ifndef KC_FLEET_REPLIES_H
#define KC_FLEET_REPLIES_H

#include "fleet/mailbox.h"

struct kc_pending_reply;

/* Zero-initialise to make one; empty after kc_replies_hand_out(). */
struct kc_replies {
    struct kc_pending_reply *first;
    struct kc_pending_reply *last;
};

/* Keeps the reply when it is for `worker_id`; `rest` is what follows "reply/" in the record's key. */
void kc_replies_take(struct kc_replies *r, const char *worker_id, const char *rest, const char *value,
                     size_t len);
/* Tells those who wait, in the order of the topic. */
void kc_replies_hand_out(struct kc_replies *r, struct kc_mailbox *mailbox);

#endif
