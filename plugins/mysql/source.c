#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <kconnect/sdk.h>

#include "connection.h"

enum {
    QUERY_TIMEOUT_MS =
        120000,     /* of one read of the socket; statements that take long send nothing meanwhile */
    EXTRA_KEYS = 3, /* gtid, snapshot_tables, snapshot_key */
};

int64_t kc_source_clock(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

kc_status kc_source_query(struct kc_source *s, MYSQL **mysql, struct kc_error *err)
{
    kc_status status = KC_OK;

    if (s->query == NULL)
        status = kc_connection_open(&s->config, QUERY_TIMEOUT_MS, &s->query, err);
    if (status == KC_OK)
        *mysql = s->query;
    return status;
}

void kc_source_query_drop(struct kc_source *s)
{
    if (s->snapshot.result != NULL) {
        (void)shutdown(mysql_get_socket(s->query), SHUT_RDWR); /* else freeing reads the rest of the table */
        mysql_free_result(s->snapshot.result);
        s->snapshot.result = NULL;
    }
    if (s->query != NULL)
        mysql_close(s->query);
    s->query = NULL;
}

struct kc_captured *kc_source_find(struct kc_source *s, struct kc_str database, struct kc_str name)
{
    for (uint32_t i = 0; i < s->n_tables; i++) {
        const struct kc_table *t = s->tables[i].table;

        if (strlen(t->name) == name.len && memcmp(t->name, name.ptr, name.len) == 0 &&
            strlen(t->database) == database.len && memcmp(t->database, database.ptr, database.len) == 0)
            return &s->tables[i];
    }
    return NULL;
}

/* ---- resume points ---- */

static struct kc_str copy(struct kc_source *s, const char *text)
{
    size_t n = strlen(text);

    return (struct kc_str){kc_output_text(&s->output, text, n), (uint32_t)n, 0};
}

static bool copy_gtids(struct kc_source *s, struct kc_str *out)
{
    size_t n;
    char *p;

    if (s->stream.done == NULL)
        return true;
    n = kc_gtid_set_text_length(s->stream.done);
    p = kc_arena_alloc(s->output.arena, n + 1);
    if (p == NULL)
        return false;
    kc_gtid_set_print(s->stream.done, p);
    *out = (struct kc_str){p, (uint32_t)n, 0};
    return true;
}

/* What a former run has delivered of a transaction stays delivered while it is passed over. */
static void count_passed(const struct kc_stream *st, struct kc_position *p)
{
    bool behind = st->event < st->skip_event || (st->event == st->skip_event && st->row < st->skip_row);

    p->event = st->skipping && behind ? st->skip_event : st->event;
    p->row = st->skipping && behind ? st->skip_row : st->row;
}

static uint32_t add_text(struct kc_kv *kvs, uint32_t n, const char *key, struct kc_str text)
{
    kvs[n].key = kc_str(key);
    kvs[n].value = kc_string(text.ptr, text.len);
    return n + 1;
}

kc_status kc_source_mark(struct kc_source *s, struct kc_error *err)
{
    struct kc_stream *st = &s->stream;
    struct kc_position p = {.server_uuid = kc_str(s->server.identity),
                            .file = copy(s, st->file),
                            .pos = st->pos,
                            .ts_sec = st->time_us / 1000000,
                            .sequence = s->output.sequence};
    struct kc_map *map = kc_arena_alloc(s->output.arena, sizeof(*map));
    struct kc_kv *kvs = kc_arena_alloc(s->output.arena, (KC_POSITION_KEYS + EXTRA_KEYS) * sizeof(*kvs));
    char text[KC_GTID_TEXT_BYTES], key[KC_CHUNK_KEYS * 24];
    uint32_t n;

    if (map == NULL || kvs == NULL || p.file.ptr == NULL || !copy_gtids(s, &p.gtids))
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a position");
    count_passed(st, &p);
    n = kc_position_to_map(&p, kvs);
    if ((p.event > 0 || p.row > 0) && (st->gtid.number != 0 || st->skip_gtid[0] != '\0')) {
        if (st->gtid.number != 0)
            (void)kc_gtid_print(&st->gtid, text);
        else
            (void)snprintf(text, sizeof(text), "%s", st->skip_gtid);
        n = add_text(kvs, n, "gtid", copy(s, text));
    }
    if (s->snapshot.phase != KC_SNAPSHOT_DONE) {
        kc_snapshot_key_text(s, key, sizeof(key));
        n = add_text(kvs, n, "snapshot_tables", copy(s, s->snapshot.pending_text));
        if (key[0] != '\0')
            n = add_text(kvs, n, "snapshot_key", copy(s, key));
    }
    for (uint32_t i = 0; i < n; i++)
        if (kvs[i].value.type == KC_STRING && kvs[i].value.as.str == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a position");
    *map = (struct kc_map){kvs, n, 0};
    s->output.records[s->output.n - 1].offset = map;
    s->output.marked = s->output.n;
    s->position_moved = false;
    s->marked_ms = kc_source_clock();
    return KC_OK;
}
