#include "message_page.h"

#include <stdlib.h>
#include <string.h>

static int compare(const struct kc_page_entry *a, const struct kc_page_entry *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Where an entry belongs: behind all that are better. */
static size_t place(const struct kc_message_page *p, const struct kc_page_entry *e)
{
    size_t low = 0, high = p->n;

    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = compare(&p->entries[mid], e);

        if (p->newest_first ? order > 0 : order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void drop_last(struct kc_message_page *p)
{
    struct kc_page_entry *last = &p->entries[--p->n];

    p->bytes -= last->payload;
    free(last->json);
}

static bool grow(struct kc_message_page *p)
{
    struct kc_page_entry *entries;
    size_t cap = p->cap == 0 ? 32 : p->cap * 2;

    if (p->n < p->cap)
        return true;
    entries = realloc(p->entries, cap * sizeof(*entries));
    if (entries == NULL)
        return false;
    p->entries = entries;
    p->cap = cap;
    return true;
}

void kc_message_page_offer(struct kc_message_page *p, const struct kc_page_entry *entry,
                           kc_page_render *render, const void *message)
{
    struct kc_page_entry e = *entry;
    size_t at = place(p, &e);

    if (at >= p->limit)
        return;
    if (at > 0 && at == p->n && (p->cut || p->bytes + e.payload > p->max_bytes)) {
        p->cut = true; /* once one was left out, nothing behind it may come: the page has no holes */
        return;
    }
    e.json = render(message);
    if (e.json == NULL || !grow(p)) {
        free(e.json);
        p->failed = true;
        return;
    }
    memmove(&p->entries[at + 1], &p->entries[at], (p->n - at) * sizeof(e));
    p->entries[at] = e;
    p->n++;
    p->bytes += e.payload;
    while (p->n > p->limit)
        drop_last(p);
    while (p->n > 1 && p->bytes > p->max_bytes) {
        drop_last(p);
        p->cut = true;
    }
}

bool kc_message_page_cut(const struct kc_message_page *p)
{
    return p->cut && p->n < p->limit;
}

void kc_message_page_finish(struct kc_message_page *p)
{
    while (p->n > 0)
        drop_last(p);
    free(p->entries);
    memset(p, 0, sizeof(*p));
}
