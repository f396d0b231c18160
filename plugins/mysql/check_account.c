/* check_account.c - can we connect, and as whom? */
#include "check.h"

#include <errmsg.h>
#include <errno.h>
#include <mysqld_error.h>
#include <stdarg.h>
#include <string.h>

#include "connection.h"

/* The key whose value is most likely wrong, by the number of the error, and what to do where the error does not say. */
static const struct {
    int32_t number;
    const char *key;
    const char *advice;
} connection_errors[] = {
    {CR_UNKNOWN_HOST, "database.hostname", "correct database.hostname"},
    {CR_CONN_HOST_ERROR, "database.hostname", "look whether the server is starting"},
    {CR_CONNECTION_ERROR, "database.hostname", "look whether the server is starting"},
    {CR_SERVER_HANDSHAKE_ERR, "database.port", "correct database.port: what answers there is no such server"},
    {CR_SERVER_LOST, "database.port", "correct database.port if what listens there is no such server"},
    {2055, "database.port", "correct database.port if what listens there is no such server"},
    {CR_MALFORMED_PACKET, "database.port", "correct database.port: what answers there is no such server"},
    {CR_VERSION_ERROR, "database.port", "correct database.port: what answers there is no such server"},
    {CR_SSL_CONNECTION_ERROR, "database.ssl.mode", NULL},
    {ER_ACCESS_DENIED_ERROR, "database.password", NULL},
    {1130, "database.user", NULL}, /* from this host nobody may connect */
    {1251, "database.user", NULL}, /* password plugins */
    {1524, "database.user", NULL},
    {1698, "database.user", NULL},
    {2059, "database.user", NULL},
    {2061, "database.ssl.mode", NULL},
    {1820, "database.password", NULL}, /* expired */
    {1862, "database.password", NULL},
    {3118, "database.user", NULL}, /* locked */
    {3159, "database.ssl.mode", NULL},
    {1040, "database.hostname", "SET GLOBAL max_connections to a larger number, or try again later"},
    {1203, "database.user", "raise the account's MAX_USER_CONNECTIONS, or try again later"},
};

void kc_check_problem(const struct kc_check *c, const char *key, const char *format, ...)
{
    char sentence[1024];
    va_list ap;

    va_start(ap, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, ap);
    va_end(ap);
    kc_host->report_error(c->report, key, sentence);
}

struct kc_error kc_check_no_error(void)
{
    return (struct kc_error){.struct_size = sizeof(struct kc_error)};
}

bool kc_check_denied(const struct kc_error *err)
{
    switch (err->vendor_code) {
    case ER_DBACCESS_DENIED_ERROR:
    case ER_ACCESS_DENIED_ERROR:
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_COLUMNACCESS_DENIED_ERROR:
    case ER_SPECIFIC_ACCESS_DENIED_ERROR: return true;
    default: return false;
    }
}

/* The library does not say why nobody answered; a connection of our own does. False: it went through this time. */
static bool report_silence(const struct kc_check *c)
{
    int why = kc_check_reach(c->config.hostname, c->config.port);

    if (why == 0)
        return false;
    kc_check_problem(c, why == ECONNREFUSED ? "database.port" : "database.hostname",
                     "cannot connect to %.255s:%u: %s; start the server, or correct database.hostname and "
                     "database.port",
                     c->config.hostname, c->config.port, strerror(why));
    return true;
}

static void report_connection(const struct kc_check *c, const struct kc_error *err)
{
    /* TLS that the server does not offer is the one failure without a number of its own. */
    const char *key =
        err->vendor_code == 0 && err->status == KC_ERR_CONFIG ? "database.ssl.mode" : "database.hostname";
    const char *advice = NULL;

    for (size_t i = 0; i < sizeof(connection_errors) / sizeof(connection_errors[0]); i++) {
        if (connection_errors[i].number != err->vendor_code)
            continue;
        key = connection_errors[i].key;
        advice = connection_errors[i].advice;
    }
    if ((err->vendor_code == CR_CONN_HOST_ERROR || err->vendor_code == CR_CONNECTION_ERROR) &&
        report_silence(c))
        return;
    kc_check_problem(c, key, "%s%s%s", err->message, advice != NULL ? "; " : "",
                     advice != NULL ? advice : "");
}

/* 'user'@'host' of the account that the server chose, which is not always the name that was given. */
static void read_account(struct kc_check *c)
{
    struct kc_error err = kc_check_no_error();
    MYSQL_RES *res;
    MYSQL_ROW row;
    const char *at;

    (void)snprintf(c->account, sizeof(c->account), "'%.290s'", c->config.user);
    if (kc_connection_query(c->mysql, "SELECT CURRENT_USER()", "ask for the account", &res, &err) < 0)
        return;
    row = mysql_fetch_row(res);
    at = row != NULL && row[0] != NULL ? strrchr(row[0], '@') : NULL;
    if (at != NULL)
        (void)snprintf(c->account, sizeof(c->account), "'%.*s'@'%.290s'",
                       at - row[0] < 290 ? (int)(at - row[0]) : 290, row[0], at + 1);
    mysql_free_result(res);
}

bool kc_check_connect(struct kc_check *c)
{
    struct kc_error err = kc_check_no_error();

    if (kc_connection_open(&c->config, KC_CHECK_ANSWER_MS, &c->mysql, &err) < 0) {
        c->mysql = NULL;
        report_connection(c, &err);
        return false;
    }
    /* A table that somebody holds locked must not hold this up; older servers may not know the variable. */
    (void)mysql_query(c->mysql, "SET SESSION lock_wait_timeout = 1");
    read_account(c);
    return true;
}
