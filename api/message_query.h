/*
 * message_query.h - reading a few messages of some topics with a client made for it: no group, nothing
 * committed, nothing left behind; read_committed.
 */
#ifndef KC_API_MESSAGE_QUERY_H
#define KC_API_MESSAGE_QUERY_H

#include <stdatomic.h>

#include "config/worker_config.h"
#include "message_page.h"

enum kc_query_from {
    KC_FROM_NEWEST,    /* the newest messages, newest first */
    KC_FROM_OFFSET,    /* one partition from an offset on */
    KC_FROM_TIMESTAMP, /* from the first message of that time or later */
};

struct kc_message_query {
    const char *const *topics; /* of several, those that exist are read; at least one must */
    size_t n_topics;
    int32_t partition; /* -1: all */
    enum kc_query_from from;
    int64_t start;               /* the offset, or the time in Unix ms */
    int64_t deadline_ms;         /* kc_mono_ms() */
    const atomic_bool *stopping; /* ends the query early; may be NULL */
};

/*
 * Offers what it reads to `page`, whose limits are set. Ends when the page cannot get better, or at the
 * deadline: then *timed_out. KC_ERR_CONFIG: no such topic or partition, *err names it. KC_ERR_RETRY: Kafka
 * did not answer. Blocks until the deadline at most, plus the moment it takes to close the client.
 */
kc_status kc_message_query_run(const struct kc_worker_config *config, const struct kc_message_query *query,
                               struct kc_message_page *page, bool *timed_out, struct kc_error *err);

#endif
