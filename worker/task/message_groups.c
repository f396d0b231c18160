#include "task/message_groups.h"

#include <string.h>

static bool is_of(const struct kc_group *group, const void *topic, int32_t partition)
{
    return group->topic == topic && group->partition == partition;
}

/* The place of a group in the hash table, or the free one where it belongs. */
static uint8_t *place_of(struct kc_groups *g, const void *topic, int32_t partition)
{
    uint64_t hash = ((uint64_t)(uintptr_t)topic + (uint64_t)partition) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 32) % KC_GROUPS_PLACES;

    while (g->places[i] != 0 && !is_of(&g->list[g->places[i] - 1], topic, partition))
        i = (i + 1) % KC_GROUPS_PLACES;
    return &g->places[i];
}

bool kc_groups_add(struct kc_groups *g, void *topic, int32_t partition, uint32_t number, uint32_t *next)
{
    uint8_t *place = place_of(g, topic, partition);

    if (*place == 0) {
        if (g->n == KC_GROUPS_MAX)
            return false;
        g->list[g->n++] =
            (struct kc_group){.topic = topic, .partition = partition, .first = number, .last = number};
        *place = (uint8_t)g->n;
    } else {
        struct kc_group *group = &g->list[*place - 1];

        next[group->last] = number;
        group->last = number;
    }
    next[number] = KC_GROUP_END;
    return true;
}

void kc_groups_clear(struct kc_groups *g)
{
    if (g->n > 0)
        memset(g->places, 0, sizeof(g->places));
    g->n = 0;
}
