/*
 * used_topics.h - which topics connectors have used since they were created or reset (KIP-558), as the status topic tells it:
 *
 *   topic/<connector>/<topic>   {"discovered_ms":n}   the first use that is known
 *
 * Pure memory, no Kafka, not thread-safe.
 */
#ifndef KC_FLEET_USED_TOPICS_H
#define KC_FLEET_USED_TOPICS_H

#include <stdbool.h>
#include <stddef.h>

/* Zero-initialise to make one; kc_used_topics_finish() frees it. */
struct kc_used_topics {
    char **keys; /* "<connector>/<topic>", sorted */
    size_t n;
    size_t cap;
};

/* How keys of the status topic begin. */
#define KC_USED_TOPIC_PREFIX "topic/"

/* Takes in one record; `rest` is its key behind the prefix. False: out of memory. */
bool kc_used_topics_apply(struct kc_used_topics *t, const char *rest, bool present);
bool kc_used_topics_have(const struct kc_used_topics *t, const char *connector, const char *topic);
/* Copies of a connector's topics, sorted; the caller frees each and the list. NULL: out of memory. */
char **kc_used_topics_of(const struct kc_used_topics *t, const char *connector, size_t *n);
void kc_used_topics_finish(struct kc_used_topics *t);

#endif
