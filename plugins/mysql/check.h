/*
 * check.h - what validate() tries out on the server, in the order in which one thing needs another: the connection, the
 * server's binary log, the account's grants, the server id, the tables, the stored position.
 *
 * Everything is found by doing it, not by reading SHOW GRANTS, which would have to understand roles. Nothing of it
 * changes the server: the statements only read, the binary log is asked for under a server id of the check's own, and is
 * left after its first event. Each problem is one sentence with the statement that mends it, at the key it belongs to.
 */
#ifndef KC_MYSQL_CHECK_H
#define KC_MYSQL_CHECK_H

#include "config.h"
#include "server.h"

#include <kconnect/sdk.h>

enum {
    KC_CHECK_ANSWER_MS = 4000,  /* longest wait for one answer of the server */
    KC_CHECK_BUDGET_MS = 7000,  /* tables not looked at by then are left to the task's own start */
    KC_ACCOUNT_BYTES = 2 * 300, /* 'user'@'host' */
};

/* One check of one configuration; lives in one call of validate(). */
struct kc_check {
    struct kc_mysql_config config; /* with a connect timeout that leaves room for an answer */
    MYSQL *mysql;
    struct kc_server server;
    char account[KC_ACCOUNT_BYTES]; /* who the server says we are, ready for a GRANT */
    struct kc_report *report;
    int64_t deadline_ms; /* monotonic */
};

/* Reports one problem; key NULL: about the whole. */
__attribute__((format(printf, 3, 4))) void kc_check_problem(const struct kc_check *check, const char *key,
                                                            const char *format, ...);
/* An empty error to be filled by the next call. */
struct kc_error kc_check_no_error(void);
/* True when the server refused for want of a grant. */
bool kc_check_denied(const struct kc_error *err);

/* check_reach.c: errno of a plain TCP connection to the server; 0: somebody took it. Waits seconds at most. */
int kc_check_reach(const char *host, uint32_t port);
/* check_account.c: connects and finds out the account's name. False: a problem was reported. */
bool kc_check_connect(struct kc_check *check);
/* check_server.c: settings of the binary log, grants for replication, the server id. */
void kc_check_server(struct kc_check *check);
/* check_position.c: whether the binary log can be read from where the connector would go on. Uses the connection up. */
void kc_check_position(struct kc_check *check);
/* check_tables.c: the database, the tables, SELECT on all of their columns. */
void kc_check_tables(struct kc_check *check);

#endif
