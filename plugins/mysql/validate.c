#include "validate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kconnect/sdk.h>

#include "binlog_stream.h"
#include "chunk.h"
#include "config.h"
#include "connection.h"
#include "server.h"
#include "table_reader.h"

enum { ANSWER_MS = 10000 };

static void fresh(struct kc_error *err)
{
    memset(err, 0, sizeof(*err));
    err->struct_size = sizeof(*err);
}

/* The key whose value is most likely wrong, by the server's error number. */
static const char *connection_key(const struct kc_error *err)
{
    switch (err->vendor_code) {
    case 1045:
    case 1698:
    case 1820:
    case 1862:
    case 3118: return "database.user";
    case 2026:
    case 3159: return "database.ssl.mode";
    default: return "database.hostname";
    }
}

static kc_status dump_first(const struct kc_mysql_config *c, const struct kc_server *server,
                            const struct kc_server_place *end, MYSQL *mysql, struct kc_error *err)
{
    /* An id of its own: a task that runs already must not lose its connection to this one. */
    struct kc_binlog_start start = {.flavor = server->flavor,
                                    .file = end->file,
                                    .pos = end->pos,
                                    .server_id = UINT32_C(0x7f000000) |
                                                 ((c->server_id ^ (uint32_t)getpid()) & 0xffffff),
                                    .heartbeat_ms = 500};
    const struct kc_event *event;
    struct kc_binlog *binlog = NULL;
    kc_status status = kc_binlog_open(mysql, &start, -1, &binlog, err);

    if (status == KC_OK)
        status = kc_binlog_next(binlog, ANSWER_MS, &event, err);
    kc_binlog_close(binlog);
    return status;
}

/* The grant for replication is tried out: reading SHOW GRANTS would have to understand roles. */
static kc_status try_dump(const struct kc_mysql_config *c, const struct kc_server *server, MYSQL *query,
                          struct kc_error *err)
{
    struct kc_server_place end;
    MYSQL *mysql;
    kc_status status = kc_server_place_read(query, server, &end, err);

    if (status < 0)
        return status;
    status = kc_connection_open(c, ANSWER_MS, &mysql, err);
    if (status == KC_OK) {
        status = dump_first(c, server, &end, mysql, err);
        mysql_close(mysql);
    }
    free(end.gtids);
    return status;
}

/* Reads one row at most, so that a missing SELECT grant, of a column too, shows now. */
static kc_status try_select(MYSQL *mysql, const struct kc_table *t, struct kc_error *err)
{
    char *sql = kc_chunk_select(t, NULL, 0), *bounded = NULL, doing[300];
    kc_status status;

    if (sql == NULL || asprintf(&bounded, "%s LIMIT 1", sql) < 0) {
        free(sql);
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    }
    (void)snprintf(doing, sizeof(doing), "read rows of %s.%s", t->database, t->name);
    status = kc_connection_query(mysql, bounded, doing, NULL, err);
    free(sql);
    free(bounded);
    return status;
}

static void check_tables(const struct kc_mysql_config *c, MYSQL *mysql, struct kc_report *out)
{
    struct kc_error err;

    for (uint32_t i = 0; i < c->n_tables; i++) {
        struct kc_table *t = NULL;
        kc_status status;

        fresh(&err);
        status = kc_table_read(mysql, c->tables[i].database, c->tables[i].name, &t, &err);
        if (status == KC_OK)
            status = try_select(mysql, t, &err);
        if (status < 0)
            kc_host->report_error(out, "table.include.list", err.message);
        kc_table_destroy(t);
    }
}

static void check_server(const struct kc_mysql_config *c, MYSQL *mysql, struct kc_report *out)
{
    struct kc_server server;
    struct kc_error err;
    kc_status status;

    fresh(&err);
    status = kc_server_read(mysql, &server, &err);
    if (status == KC_OK)
        status = kc_server_check_binlog(&server, &err);
    if (status == KC_OK)
        status = try_dump(c, &server, mysql, &err);
    if (status < 0)
        kc_host->report_error(out, NULL, err.message);
    check_tables(c, mysql, out);
}

static kc_status validate(struct kc_ctx *ctx, const struct kc_map *config, struct kc_report *out,
                          struct kc_error *err)
{
    struct kc_mysql_config c;
    MYSQL *mysql;
    kc_status status = kc_mysql_config_read(config, &c, err);

    (void)ctx;
    if (status == KC_ERR_CONFIG) {
        /* The sentence begins with the key. */
        char key[64] = "";
        const char *colon = strpbrk(err->message, ": ");

        if (colon != NULL && (size_t)(colon - err->message) < sizeof(key))
            memcpy(key, err->message, (size_t)(colon - err->message));
        kc_host->report_error(out, key[0] != '\0' ? key : NULL, err->message);
        return KC_OK;
    }
    if (status < 0)
        return status;
    status = kc_connection_open(&c, ANSWER_MS, &mysql, err);
    if (status == KC_OK) {
        check_server(&c, mysql, out);
        mysql_close(mysql);
    } else {
        kc_host->report_error(out, connection_key(err), err->message);
    }
    kc_mysql_config_finish(&c);
    return KC_OK;
}

/* A position may end anywhere, also inside a transaction of the database, so transactions may as well. */
static int32_t exactly_once(struct kc_ctx *ctx, const struct kc_map *config)
{
    (void)ctx;
    (void)config;
    return KC_EOS_SUPPORTED;
}

const struct kc_planner_ops kc_mysql_planner_ops = {
    .struct_size = sizeof(kc_mysql_planner_ops),
    .validate = validate,
    .exactly_once = exactly_once,
};
