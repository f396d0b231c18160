#include "window.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

void kc_window_finish(struct kc_window *w)
{
    free(w->ring);
    memset(w, 0, sizeof(*w));
}

static const struct kc_window_entry *entry(const struct kc_window *w, uint32_t i)
{
    return &w->ring[(w->first + i) % KC_WINDOW_ENTRIES];
}

kc_status kc_window_note(struct kc_window *w, uint32_t table, const uint64_t *key, uint32_t n_key,
                         int64_t now_ms, int64_t oldest_ms, struct kc_error *err)
{
    struct kc_window_entry *e;

    if (w->ring == NULL)
        w->ring = malloc((size_t)KC_WINDOW_ENTRIES * sizeof(*w->ring));
    if (w->ring == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for the keys that changed during the snapshot");
    while (w->n > 0 && entry(w, 0)->at_ms < oldest_ms) {
        w->first = (w->first + 1) % KC_WINDOW_ENTRIES;
        w->n--;
    }
    if (w->n == KC_WINDOW_ENTRIES) {
        w->lost_ms = entry(w, 0)->at_ms;
        w->first = (w->first + 1) % KC_WINDOW_ENTRIES;
        w->n--;
    }
    e = &w->ring[(w->first + w->n++) % KC_WINDOW_ENTRIES];
    e->at_ms = now_ms;
    e->table = table;
    if (n_key > 0)
        memcpy(e->key, key, n_key * sizeof(*key));
    return KC_OK;
}

void kc_window_apply(const struct kc_window *w, uint32_t table, int64_t since_ms, struct kc_chunk *chunk)
{
    for (uint32_t i = 0; i < w->n; i++) {
        const struct kc_window_entry *e = entry(w, i);

        if (e->table == table && e->at_ms >= since_ms)
            kc_chunk_drop(chunk, e->key);
    }
}

bool kc_window_touched(const struct kc_window *w, uint32_t table, int64_t since_ms)
{
    for (uint32_t i = 0; i < w->n; i++)
        if (entry(w, i)->table == table && entry(w, i)->at_ms >= since_ms)
            return true;
    return w->lost_ms >= since_ms && w->lost_ms != 0;
}
