/* messages.h - the records of a batch as messages: checked all together, then sent one by one. Task thread only. */
#ifndef KC_TASK_MESSAGES_H
#define KC_TASK_MESSAGES_H

#include "task/host_table.h"
#include "task/pairing.h"
#include "task/producer.h"

/*
 * Adds to t->failures each record of which a message would be refused by its topic or the producer; before the first one
 * is sent, since one that the broker refuses spoils the transaction. Negative: one is not tolerated.
 */
kc_status kc_messages_check(struct kc_task *t, const struct kc_ctx *source, const struct kc_producer *p,
                            struct kc_pairing pairs, struct kc_error *err);

/* Sends one; `out` holds its value. Negative: the transaction must be given up. */
kc_status kc_message_send(struct kc_task *t, const struct kc_ctx *source, struct kc_producer *p,
                          const struct kc_pair *pair, struct kc_out *out, struct kc_error *err);

#endif
