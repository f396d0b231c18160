#include "change_scan.h"

#include <string.h>

#include <kconnect/sdk.h>

#include "connection.h"
#include "statement.h"

enum {
    READ_TIMEOUT_MS = 60000,
    WAIT_MS = 1000,      /* for an event, between two looks at the clock */
    SILENT_MS = 30000,   /* without any event the connection is lost */
    ALIVE_EVERY = 10000, /* events between two signs of life for the watchdog */
};

/* The server ends a dump when another one of the same id begins. */
static const uint32_t other_id = 0x80000000;

bool kc_change_after(const struct kc_captured *c, struct kc_binlog_place place)
{
    return c->change_file[0] != '\0' &&
           kc_binlog_place_compare(c->change_file, c->change_pos, place.file, place.pos) >= 0;
}

static kc_status note_statement(struct kc_source *s, const struct kc_event *event, const char *file,
                                struct kc_error *err)
{
    struct kc_event_query query;
    kc_status status = kc_event_query_read(event, &query, err);
    enum kc_statement_kind kind = status == KC_OK ? kc_statement_kind(query.sql) : KC_STATEMENT_OTHER;

    if (query.kind != KC_QUERY_OTHER || (kind != KC_STATEMENT_TABLES && kind != KC_STATEMENT_DATABASE))
        return status;
    for (uint32_t i = 0; i < s->n_tables; i++) {
        struct kc_captured *c = &s->tables[i];

        if (!kc_statement_names(query.sql, query.database, c->table->database, c->table->name))
            continue;
        (void)snprintf(c->change_file, sizeof(c->change_file), "%s", file);
        c->change_pos = event->start;
    }
    return KC_OK;
}

static kc_status read_to(struct kc_source *s, struct kc_binlog *b, const struct kc_server_place *end,
                         struct kc_error *err)
{
    int64_t heard_ms = kc_source_clock();
    const struct kc_event *event;
    uint64_t n = 0;

    for (;;) {
        struct kc_binlog_place place = kc_binlog_place(b);
        kc_status status;

        if (place.file[0] != '\0' && kc_binlog_place_compare(place.file, place.pos, end->file, end->pos) >= 0)
            return KC_OK;
        status = kc_binlog_next(b, WAIT_MS, &event, err);
        if (status == KC_OK && event->header.type == KC_EVENT_QUERY)
            status = note_statement(s, event, kc_binlog_place(b).file, err);
        if (status < 0)
            return status;
        if (status == KC_OK)
            heard_ms = kc_source_clock();
        else if (kc_source_clock() - heard_ms > SILENT_MS)
            return kc_fail(err, KC_ERR_RETRY, "the server does not send its binary log up to %s:%llu",
                           end->file, (unsigned long long)end->pos);
        if (status == KC_NOTHING || ++n % ALIVE_EVERY == 0)
            kc_host->alive(s->ctx, "looking for changes of tables in the binary log");
    }
}

kc_status kc_change_scan(struct kc_source *s, struct kc_binlog_place from, const struct kc_server_place *end,
                         struct kc_error *err)
{
    struct kc_binlog_start start = {.flavor = s->server.flavor,
                                    .server_id = s->config.server_id ^ other_id,
                                    .heartbeat_ms = s->config.heartbeat_ms,
                                    .file = from.file,
                                    .pos = from.pos};
    struct kc_binlog *b = NULL;
    MYSQL *mysql;
    kc_status status;

    if (s->scanned_file[0] != '\0' &&
        kc_binlog_place_compare(s->scanned_file, s->scanned_pos, from.file, from.pos) > 0) {
        start.file = s->scanned_file;
        start.pos = s->scanned_pos;
    }
    if (kc_binlog_place_compare(start.file, start.pos, end->file, end->pos) >= 0)
        return KC_OK;
    if (start.server_id == 0)
        start.server_id = 1;
    status = kc_connection_open(&s->config, READ_TIMEOUT_MS, &mysql, err);
    if (status < 0)
        return status;
    status = kc_binlog_open(mysql, &start, s->stop_fd, &b, err);
    if (status == KC_OK)
        status = read_to(s, b, end, err);
    kc_binlog_close(b);
    mysql_close(mysql);
    if (status == KC_OK) {
        (void)snprintf(s->scanned_file, sizeof(s->scanned_file), "%s", end->file);
        s->scanned_pos = end->pos;
    }
    return status;
}
