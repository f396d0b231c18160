/*
 * message_groups.h - the messages of a batch by topic and partition, each group in the order of the batch.
 *
 * librdkafka takes many messages of one partition at a time for less than it takes them one by one: it looks the
 * partition up and reads the clock once. Knows messages by their number in the batch only. Task thread only.
 */
#ifndef KC_TASK_MESSAGE_GROUPS_H
#define KC_TASK_MESSAGE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KC_GROUPS_MAX = 128,
    KC_GROUPS_PLACES = 256, /* of the hash table: a power of two, never more than half full */
};

#define KC_GROUP_END UINT32_MAX

struct kc_group {
    void *topic; /* identity only */
    int32_t partition;
    uint32_t first, last; /* numbers of messages, chained by the caller's `next` */
};

/* Zero-initialise; needs no freeing. */
struct kc_groups {
    struct kc_group list[KC_GROUPS_MAX]; /* in the order of their first messages */
    size_t n;
    uint8_t places[KC_GROUPS_PLACES]; /* number in `list` plus one; 0: free */
};

/*
 * Adds message `number` to its group; numbers only grow. next[number] becomes KC_GROUP_END, and that of the group's last
 * message `number`. False: it would be one group too many; empty the groups and try again.
 */
bool kc_groups_add(struct kc_groups *g, void *topic, int32_t partition, uint32_t number, uint32_t *next);

/* Forgets all groups. */
void kc_groups_clear(struct kc_groups *g);

#endif
