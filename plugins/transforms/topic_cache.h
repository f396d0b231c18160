/* topic_cache.h - topics by topic: interned names live as long as the process, so pointers are enough. */
#ifndef KC_TRANSFORMS_TOPIC_CACHE_H
#define KC_TRANSFORMS_TOPIC_CACHE_H

#include <kconnect/record.h>

enum { KC_TOPIC_CACHE_SLOTS = 256 };

/* Zeroed to begin with. A slot holds one topic; two topics of the same slot take turns, which costs time only. */
struct kc_topic_cache {
    struct {
        const struct kc_topic *from, *to;
    } slots[KC_TOPIC_CACHE_SLOTS];
};

/* What was put for this topic, or NULL. */
static inline const struct kc_topic *kc_topic_cache_get(const struct kc_topic_cache *c,
                                                        const struct kc_topic *from)
{
    uintptr_t slot = ((uintptr_t)from >> 4) % KC_TOPIC_CACHE_SLOTS;

    return c->slots[slot].from == from ? c->slots[slot].to : NULL;
}

static inline void kc_topic_cache_put(struct kc_topic_cache *c, const struct kc_topic *from,
                                      const struct kc_topic *to)
{
    uintptr_t slot = ((uintptr_t)from >> 4) % KC_TOPIC_CACHE_SLOTS;

    c->slots[slot].from = from;
    c->slots[slot].to = to;
}

#endif
