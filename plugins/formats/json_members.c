#include "json_members.h"

#include <kconnect/sdk.h>

enum { FEW = 8 }; /* members up to which a table costs more than comparing all with all */

/* FNV-1a from a start that nobody outside knows, so that names cannot be chosen to collide. */
static uint32_t hash(const uint32_t *slots, const char *s, uint32_t n)
{
    uint32_t h = 2166136261u ^ (uint32_t)((uintptr_t)slots >> 4);

    for (uint32_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)s[i]) * 16777619u;
    return h;
}

static bool same(const struct kc_value *item, const struct kc_json_node *name)
{
    return kc_json_is(name, item->as.str, item->len);
}

static uint32_t find_few(const struct kc_value *items, uint32_t n, const struct kc_json_node *name)
{
    for (uint32_t i = 0; i < n; i++)
        if (same(&items[i * 2], name))
            return i;
    return n;
}

/* Open addressing: a slot holds 1 + the place among the items. */
static uint32_t find_many(uint32_t *slots, uint32_t mask, const struct kc_value *items, uint32_t n,
                          const struct kc_json_node *name)
{
    uint32_t at = hash(slots, name->text, name->len) & mask;

    for (; slots[at] != 0; at = (at + 1) & mask)
        if (same(&items[(slots[at] - 1) * 2], name))
            return slots[at] - 1;
    slots[at] = n + 1;
    return n;
}

bool kc_json_members(struct kc_arena *a, const struct kc_json_node *object, struct kc_value *items,
                     const struct kc_json_node **values, uint32_t *n)
{
    const struct kc_json_node *name = object + 1;
    uint32_t *slots = NULL, size = 16;

    if (object->n > FEW) {
        while (size < object->n && size < UINT32_C(1) << 30)
            size *= 2;
        size *= 2;
        slots = kc_arena_alloc(a, (uint64_t)size * sizeof(*slots));
        if (slots == NULL)
            return false;
        memset(slots, 0, (size_t)size * sizeof(*slots));
    }
    *n = 0;
    for (uint32_t i = 0; i < object->n; i++, name += 1 + name[1].skip) {
        uint32_t at = slots != NULL ? find_many(slots, size - 1, items, *n, name) : find_few(items, *n, name);

        if (at == *n) {
            items[at * 2] = kc_string(name->text, name->len);
            (*n)++;
        }
        values[at] = name + 1;
    }
    return true;
}
