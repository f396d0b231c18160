#include "base/props.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    char *key;
    char *value;
};

struct kc_props {
    struct entry *entries;
    size_t n;
    size_t cap;
};

struct kc_props *kc_props_create(void)
{
    return calloc(1, sizeof(struct kc_props));
}

static void entry_free(struct entry *e)
{
    free(e->key);
    free(e->value);
}

void kc_props_destroy(struct kc_props *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->n; i++)
        entry_free(&p->entries[i]);
    free(p->entries);
    free(p);
}

struct kc_props *kc_props_copy(const struct kc_props *p)
{
    struct kc_props *copy = kc_props_create();

    for (size_t i = 0; copy != NULL && i < p->n; i++) {
        if (kc_props_set(copy, p->entries[i].key, p->entries[i].value) < 0) {
            kc_props_destroy(copy);
            copy = NULL;
        }
    }
    return copy;
}

static struct entry *find(const struct kc_props *p, const char *key)
{
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->entries[i].key, key) == 0)
            return &p->entries[i];
    }
    return NULL;
}

static kc_status append(struct kc_props *p, const char *key, char *value)
{
    char *name;

    if (p->n == p->cap) {
        size_t cap = p->cap == 0 ? 16 : p->cap * 2;
        struct entry *entries = reallocarray(p->entries, cap, sizeof(*entries));

        if (entries == NULL)
            return KC_ERR_NOMEM;
        p->entries = entries;
        p->cap = cap;
    }
    name = strdup(key);
    if (name == NULL)
        return KC_ERR_NOMEM;
    p->entries[p->n++] = (struct entry){name, value};
    return KC_OK;
}

kc_status kc_props_set(struct kc_props *p, const char *key, const char *value)
{
    struct entry *e = find(p, key);
    char *copy = strdup(value);

    if (copy == NULL)
        return KC_ERR_NOMEM;
    if (e != NULL) {
        free(e->value);
        e->value = copy;
        return KC_OK;
    }
    if (append(p, key, copy) < 0) {
        free(copy);
        return KC_ERR_NOMEM;
    }
    return KC_OK;
}

const char *kc_props_get(const struct kc_props *p, const char *key)
{
    const struct entry *e = find(p, key);

    return e != NULL ? e->value : NULL;
}

const char *kc_props_or(const struct kc_props *p, const char *key, const char *fallback)
{
    const char *value = kc_props_get(p, key);

    return value != NULL ? value : fallback;
}

bool kc_props_remove(struct kc_props *p, const char *key)
{
    struct entry *e = find(p, key);

    if (e == NULL)
        return false;
    entry_free(e);
    memmove(e, e + 1, (size_t)(p->entries + p->n - (e + 1)) * sizeof(*e));
    p->n--;
    return true;
}

size_t kc_props_count(const struct kc_props *p)
{
    return p->n;
}

const char *kc_props_key(const struct kc_props *p, size_t i)
{
    return p->entries[i].key;
}

const char *kc_props_value(const struct kc_props *p, size_t i)
{
    return p->entries[i].value;
}

bool kc_props_equal(const struct kc_props *a, const struct kc_props *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const char *other = kc_props_get(b, a->entries[i].key);

        if (other == NULL || strcmp(other, a->entries[i].value) != 0)
            return false;
    }
    return true;
}
