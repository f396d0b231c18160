#include "fleet/used_topics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 512 }; /* a name of at most 48 characters, a topic of at most 249 */

/* Where `key` is, or belongs. */
static size_t place(const struct kc_used_topics *t, const char *key)
{
    size_t low = 0, high = t->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(t->keys[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct kc_used_topics *t, size_t at, const char *key)
{
    return at < t->n && strcmp(t->keys[at], key) == 0;
}

static bool insert(struct kc_used_topics *t, size_t at, const char *key)
{
    char *copy = strdup(key);

    if (copy != NULL && t->n == t->cap) {
        size_t cap = t->cap == 0 ? 16 : t->cap * 2;
        char **grown = reallocarray(t->keys, cap, sizeof(*grown));

        if (grown != NULL) {
            t->keys = grown;
            t->cap = cap;
        }
    }
    if (copy == NULL || t->n == t->cap) {
        free(copy);
        return false;
    }
    memmove(&t->keys[at + 1], &t->keys[at], (t->n - at) * sizeof(*t->keys));
    t->keys[at] = copy;
    t->n++;
    return true;
}

bool kc_used_topics_apply(struct kc_used_topics *t, const char *rest, bool present)
{
    size_t at = place(t, rest);

    if (is_at(t, at, rest) == present)
        return true;
    if (present)
        return insert(t, at, rest);
    free(t->keys[at]);
    t->n--;
    memmove(&t->keys[at], &t->keys[at + 1], (t->n - at) * sizeof(*t->keys));
    return true;
}

bool kc_used_topics_have(const struct kc_used_topics *t, const char *connector, const char *topic)
{
    char key[KEY_BYTES];

    (void)snprintf(key, sizeof(key), "%s/%s", connector, topic);
    return is_at(t, place(t, key), key);
}

char **kc_used_topics_of(const struct kc_used_topics *t, const char *connector, size_t *n)
{
    char prefix[KEY_BYTES];
    size_t first, len;
    char **list;

    (void)snprintf(prefix, sizeof(prefix), "%s/", connector);
    len = strlen(prefix);
    first = place(t, prefix);
    *n = 0;
    while (first + *n < t->n && strncmp(t->keys[first + *n], prefix, len) == 0)
        (*n)++;
    list = calloc(*n + 1, sizeof(*list));
    for (size_t i = 0; list != NULL && i < *n; i++) {
        list[i] = strdup(t->keys[first + i] + len);
        if (list[i] == NULL) {
            while (i > 0)
                free(list[--i]);
            free(list);
            return NULL;
        }
    }
    return list;
}

void kc_used_topics_finish(struct kc_used_topics *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->keys[i]);
    free(t->keys);
    *t = (struct kc_used_topics){0};
}
