/*
 * mailbox.h - a worker's end of the mailbox: sends requests to whoever leads, and waits for the replies.
 */
#ifndef KC_FLEET_MAILBOX_H
#define KC_FLEET_MAILBOX_H

#include "fleet/fleet.h"
#include "fleet/outbox.h"

struct kc_mailbox;

struct kc_mailbox *kc_mailbox_create(const struct kc_worker_config *config, const char *worker_id,
                                     const char *instance, struct kc_outbox *outbox);
void kc_mailbox_destroy(struct kc_mailbox *m); /* after close, when nobody waits any more */

/* kc_fleet_change() of fleet.h. Blocks the caller; any number of threads at once. */
enum kc_change_outcome kc_mailbox_change(struct kc_mailbox *m, const struct kc_change *change,
                                         struct kc_error *err);

/* A reply came, and what it speaks of can be seen. `message` may be NULL. Replies to nobody are fine. */
void kc_mailbox_reply(struct kc_mailbox *m, const char *id, enum kc_change_outcome outcome,
                      const char *message);

/* Sends everybody home with TIMEOUT and returns when they are gone; later requests get the same at once. */
void kc_mailbox_close(struct kc_mailbox *m);

#endif
