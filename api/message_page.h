/*
 * message_page.h - the best few of many messages, bounded in number and bytes. Messages are offered in any
 * order and kept rendered, so that nothing of the Kafka client is held on to.
 */
#ifndef KC_API_MESSAGE_PAGE_H
#define KC_API_MESSAGE_PAGE_H

#include "base/buf.h"

/* One message. `json` belongs to the page once it is kept. */
struct kc_page_entry {
    int64_t rank; /* timestamp, or offset when all come from one partition */
    size_t part;  /* equal ranks: by partition, then offset */
    int64_t offset;
    size_t payload; /* bytes */
    char *json;
};

/* Zero-initialise and set the first block. */
struct kc_message_page {
    size_t limit;
    size_t max_bytes;  /* of payload; a single message may be larger */
    bool newest_first; /* keep, and begin with, the highest ranks; else the lowest */

    struct kc_page_entry *entries; /* in the order of the answer */
    size_t n, cap;
    size_t bytes;
    bool cut;    /* something was left out because of its bytes */
    bool failed; /* out of memory */
};

/* Makes the text of the message that is offered: malloc'd, NULL: out of memory. */
typedef char *kc_page_render(const void *message);

/* Shows one message, `entry` without json. It is rendered and kept if it belongs to the best so far. */
void kc_message_page_offer(struct kc_message_page *p, const struct kc_page_entry *entry,
                           kc_page_render *render, const void *message);
/* True when fewer messages than the limit are there because the bytes were used up. */
bool kc_message_page_cut(const struct kc_message_page *p);
void kc_message_page_finish(struct kc_message_page *p);

#endif
