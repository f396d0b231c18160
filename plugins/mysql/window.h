/*
 * window.h - the keys that the stream touched lately, for servers that cannot say what a SELECT has seen.
 *
 * A ring of bounded size. When it overflows, the oldest entries are lost and the time of the newest lost one is kept:
 * no chunk may be read until that time is outside the margin.
 */
#ifndef KC_MYSQL_WINDOW_H
#define KC_MYSQL_WINDOW_H

#include "chunk.h"

enum { KC_WINDOW_ENTRIES = 1 << 18 };

struct kc_window_entry {
    uint64_t key[KC_CHUNK_KEYS];
    int64_t at_ms; /* monotonic */
    uint32_t table;
    uint32_t reserved;
};

struct kc_window {
    struct kc_window_entry *ring; /* made at the first note */
    uint32_t first;
    uint32_t n;
    int64_t lost_ms; /* newest entry that was overwritten; 0: none */
};

void kc_window_finish(struct kc_window *w);

/* Notes a touched key; entries older than `oldest_ms` are forgotten. KC_ERR_NOMEM. */
kc_status kc_window_note(struct kc_window *w, uint32_t table, const uint64_t *key, uint32_t n_key,
                         int64_t now_ms, int64_t oldest_ms, struct kc_error *err);

/* Drops from the chunk every row of `table` touched at `since_ms` or later. */
void kc_window_apply(const struct kc_window *w, uint32_t table, int64_t since_ms, struct kc_chunk *chunk);

/* True when an event of the table was noted at `since_ms` or later. */
bool kc_window_touched(const struct kc_window *w, uint32_t table, int64_t since_ms);

#endif
