/* check_server.c - does the server write what we have to read, may we read it, and is our server id free? */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "binlog_stream.h"
#include "connection.h"

static void check_settings(struct kc_check *c)
{
    for (uint32_t i = 0; i < KC_SERVER_BINLOG_PARTS; i++) {
        struct kc_error err = kc_check_no_error();

        if (kc_server_check_binlog_part(&c->server, i, &err) < 0)
            kc_check_problem(c, "database.hostname", "%s", err.message);
        if (!c->server.log_bin)
            return; /* the rest says nothing about a log that does not exist */
    }
}

/* REPLICATION CLIENT (BINLOG MONITOR in MariaDB): asked for the end of the log at every start. */
static void check_client(struct kc_check *c)
{
    struct kc_error err = kc_check_no_error();
    struct kc_server_place end = {.gtids = NULL};
    kc_status status = kc_server_place_read(c->mysql, &c->server, &end, &err);

    free(end.gtids);
    if (status >= 0)
        return;
    if (kc_check_denied(&err))
        kc_check_problem(c, "database.user",
                         "the account %s may not ask where the binary log ends: GRANT REPLICATION CLIENT ON "
                         "*.* TO %s",
                         c->account, c->account);
    else
        kc_check_problem(c, "database.hostname", "%s", err.message);
}

/* Who else reads the log under this id. Other connectors show up, too: a task registers as replicas do. */
static void check_replicas(struct kc_check *c)
{
    bool renamed = c->server.flavor == KC_FLAVOR_MYSQL && c->server.version >= 80022;
    struct kc_error err = kc_check_no_error();
    char own[KC_REPLICA_NAME_BYTES];
    MYSQL_RES *res;
    MYSQL_ROW row;

    if (kc_connection_query(c->mysql, renamed ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS", "list the replicas",
                            &res, &err) < 0) {
        /* MariaDB wants REPLICATION MASTER ADMIN for it, which nothing else needs: then it cannot be known. */
        kc_logf(NULL, KC_LOG_INFO, "whether the server id %u is in use is not known: %.400s",
                c->config.server_id, err.message);
        return;
    }
    kc_replica_name(c->config.connector, own);
    while ((row = mysql_fetch_row(res)) != NULL) {
        if (row[0] == NULL || strtoul(row[0], NULL, 10) != c->config.server_id ||
            (row[1] != NULL && strcmp(row[1], own) == 0))
            continue;
        kc_check_problem(
            c, "database.server.id",
            "the server id %u is in use: the replica %.100s reads the binary log under it, and one would "
            "throw the other out; set database.server.id to a number of its own",
            c->config.server_id, row[1] != NULL && row[1][0] != '\0' ? row[1] : "without a name");
    }
    mysql_free_result(res);
}

static void check_server_id(struct kc_check *c)
{
    if (c->config.server_id == c->server.server_id)
        kc_check_problem(c, "database.server.id",
                         "the server id %u is in use: it is the server's own; set database.server.id to a "
                         "number of its own",
                         c->config.server_id);
    else
        check_replicas(c);
}

void kc_check_server(struct kc_check *c)
{
    check_settings(c);
    if (!c->server.log_bin)
        return;
    check_client(c);
    check_server_id(c);
}
