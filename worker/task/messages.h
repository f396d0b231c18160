/* messages.h - the records of a batch as messages: made and checked all together, then sent. Task thread only. */
#ifndef KC_TASK_MESSAGES_H
#define KC_TASK_MESSAGES_H

#include "task/host_table.h"
#include "task/message_groups.h"
#include "task/pairing.h"
#include "task/producer.h"

struct kc_outgoing {
    struct kc_message message;
    uint32_t record; /* its index in the batch */
};

/* The messages of one batch; its memory serves every batch. Zero-initialise; finish with kc_messages_finish(). */
struct kc_messages {
    struct kc_outgoing *list;
    uint32_t *next; /* of each, the message behind it in its group; as long as `list` */
    size_t n, cap;
    size_t sent; /* these have given away their headers */
    bool singly; /* one has headers or a timestamp, which librdkafka takes with single messages only */
    struct kc_groups groups;
    struct kc_run run; /* the messages of a group on their way to librdkafka */
};

struct kc_sent {
    uint64_t messages, bytes; /* bytes of keys and values */
};

/*
 * Makes the messages of all pairs, their values in `out`, and adds to t->failures each record of which one would be refused
 * by its topic or the producer: before the first one is sent, since one that the broker refuses spoils the transaction.
 * They stay valid until the batch's bytes do. Negative: a failure is not tolerated.
 */
kc_status kc_messages_make(struct kc_messages *ms, struct kc_task *t, const struct kc_ctx *source,
                           const struct kc_producer *p, struct kc_pairing pairs, struct kc_out *out,
                           struct kc_error *err);

/*
 * Hands over those of records that have not failed; *sent counts them. Those of one partition are handed over in the order
 * of the batch, and together where that is possible. Negative: the transaction must be given up.
 */
kc_status kc_messages_send(struct kc_messages *ms, const struct kc_failures *failures, struct kc_producer *p,
                           struct kc_sent *sent, struct kc_error *err);

/* Frees what was not sent of the last batch. */
void kc_messages_clear(struct kc_messages *ms);
void kc_messages_finish(struct kc_messages *ms);

#endif
