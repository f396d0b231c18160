#include "connection.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

/* Errors that pass by themselves: the server, or the way to it, is away, overloaded or restarting. */
static const unsigned int passing[] = {
    CR_CONNECTION_ERROR,
    CR_CONN_HOST_ERROR,
    CR_IPSOCK_ERROR,
    CR_UNKNOWN_HOST, /* name servers have bad days too */
    CR_SERVER_GONE_ERROR,
    CR_SERVER_HANDSHAKE_ERR,
    CR_SERVER_LOST,
    CR_SSL_CONNECTION_ERROR, /* of a connection that stood; for others see is_tls_disagreement() */
    CR_MALFORMED_PACKET,
    2055, /* CR_SERVER_LOST_EXTENDED: lost while connecting */
    1040, /* too many connections */
    1041, /* out of resources */
    1042, /* cannot get hostname */
    1053, /* server shutdown in progress */
    1077,
    1079,
    1152, /* aborting connection */
    1158, /* reading and writing packets: errors and timeouts */
    1159,
    1160,
    1161,
    1203, /* too many user connections */
    1205, /* lock wait timeout */
    1206,
    1213, /* deadlock */
    1226, /* resource limit of the user */
    1317, /* query interrupted */
    1836, /* read-only mode while recovering */
    1927, /* connection was killed */
    3024, /* execution time exceeded */
    3032, /* server offline */
    3169, /* session was killed */
    4031, /* disconnected for inactivity */
};

/* What a person can do about an error, by its number; "<user>" is replaced by the user of the connection. */
static const struct {
    unsigned int number;
    const char *advice;
} mending[] = {
    {1044, "grant the user access: GRANT SELECT ON <database>.* TO <user>"},
    {1045, "check database.user and database.password, and from which hosts that user may connect"},
    {1049, "create the database or correct database.name"},
    {1054, "the table was changed meanwhile; look at its columns"},
    {1064, "this server's dialect is not known; use MySQL 5.7 or later, or MariaDB 10.5 or later"},
    {1129, "run FLUSH HOSTS on the server"},
    {1130, "allow the worker's host: CREATE USER <user>@<host> ..."},
    {1142, "grant the user access: GRANT SELECT ON <database>.<table> TO <user>"},
    {1143, "grant the user access to the whole table: GRANT SELECT ON <database>.<table> TO <user>"},
    {1146, "create the table or correct table.include.list"},
    {1227, "grant the user what it needs: GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO <user>"},
    {1251, "the account uses a password plugin this client does not have"},
    {1524, "the account uses a password plugin the server does not have"},
    {1698, "the account does not log in with a password; give it one"},
    {1820, "the account's password has to be changed first: ALTER USER"},
    {1862, "the account's password has expired: ALTER USER ... IDENTIFIED BY ..."},
    {2059, "the account uses a password plugin this client does not have"},
    {2061, "the account's password plugin needs TLS or a password; see database.ssl.mode"},
    {3118, "unlock the account: ALTER USER ... ACCOUNT UNLOCK"},
    {3159, "the server accepts TLS only; set database.ssl.mode=required"},
};

/* Writes `advice` with the user's name. */
static void print_advice(char *out, size_t size, const char *advice, const char *user)
{
    static const char place[] = "<user>";
    const char *at = strstr(advice, place);

    if (at == NULL || user == NULL)
        (void)snprintf(out, size, "%s", advice);
    else
        (void)snprintf(out, size, "%.*s'%.80s'%s", (int)(at - advice), advice, user, at + sizeof(place) - 1);
}

/*
 * TLS that cannot be agreed upon, a certificate for instance, is for a person to mend; a server that goes away in the
 * middle of it comes back by itself.
 */
static bool is_tls_disagreement(MYSQL *mysql)
{
    static const char *const gone[] = {"unexpected eof", "reset by peer", "Broken pipe", "timed out"};

    if (mysql_errno(mysql) != CR_SSL_CONNECTION_ERROR)
        return false;
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
        if (strcasestr(mysql_error(mysql), gone[i]) != NULL)
            return false;
    return true;
}

/* What an error means; `where` names the server, unless `doing` does. */
static kc_status fail(MYSQL *mysql, const char *doing, const char *where, struct kc_error *err)
{
    unsigned int number = mysql_errno(mysql);
    const char *text = mysql_error(mysql);
    char advice[256];

    err->vendor_code = (int32_t)number;
    (void)snprintf(err->sqlstate, sizeof(err->sqlstate), "%s", mysql_sqlstate(mysql));
    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
        if (passing[i] == number)
            return kc_fail(err, KC_ERR_RETRY, "cannot %s%s: %s (error %u)", doing, where, text, number);
    for (size_t i = 0; i < sizeof(mending) / sizeof(mending[0]); i++)
        if (mending[i].number == number) {
            print_advice(advice, sizeof(advice), mending[i].advice, mysql->user);
            return kc_fail(err, KC_ERR_CONFIG, "cannot %s: %.220s (error %u); %s", doing, text, number,
                           advice);
        }
    if (number == CR_OUT_OF_MEMORY)
        return kc_fail(err, KC_ERR_NOMEM, "cannot %s: out of memory", doing);
    return kc_fail(err, KC_ERR_FATAL, "cannot %s: %s (error %u)", doing, text, number);
}

kc_status kc_connection_fail(MYSQL *mysql, const char *doing, struct kc_error *err)
{
    char where[288] = "";

    if (mysql->host != NULL)
        (void)snprintf(where, sizeof(where), " at %.255s:%u", mysql->host, mysql->port);
    return fail(mysql, doing, where, err);
}

/* Connecting failed; `doing` names the server. */
static kc_status connect_fail(MYSQL *mysql, const char *doing, struct kc_error *err)
{
    if (!is_tls_disagreement(mysql))
        return fail(mysql, doing, "", err);
    return kc_fail(err, KC_ERR_CONFIG,
                   "cannot %s: %.220s (error %u); check database.ssl.mode and the files of database.ssl.ca, "
                   ".cert and .key",
                   doing, mysql_error(mysql), CR_SSL_CONNECTION_ERROR);
}

static void set_tls(MYSQL *mysql, const struct kc_mysql_config *c)
{
    my_bool wanted = c->ssl_mode != KC_SSL_DISABLED, verify = c->ssl_mode == KC_SSL_VERIFY_IDENTITY;

    mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &wanted);
    if (!wanted)
        return;
    if (c->ssl_ca[0] != '\0')
        mysql_options(mysql, MYSQL_OPT_SSL_CA, c->ssl_ca);
    if (c->ssl_cert[0] != '\0')
        mysql_options(mysql, MYSQL_OPT_SSL_CERT, c->ssl_cert);
    if (c->ssl_key[0] != '\0')
        mysql_options(mysql, MYSQL_OPT_SSL_KEY, c->ssl_key);
    mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}

static kc_status prepare_session(MYSQL *mysql, struct kc_error *err)
{
    /*
     * An hour: the stream may be held while a table is read, or while Kafka is away. Generated invisible primary keys are
     * in the binary log, so they have to be in the definitions; MariaDB takes the last line for a comment.
     */
    static const char sql[] = "SET SESSION time_zone = '+00:00', sql_mode = '', net_write_timeout = 3600, "
                              "net_read_timeout = 3600, wait_timeout = 28800, autocommit = 1, "
                              "transaction_isolation = 'REPEATABLE-READ' "
                              "/*!80030 , show_gipk_in_create_table_and_information_schema = ON */";
    static const char older[] = "SET SESSION time_zone = '+00:00', sql_mode = '', net_write_timeout = 3600, "
                                "net_read_timeout = 3600, wait_timeout = 28800, autocommit = 1, "
                                "tx_isolation = 'REPEATABLE-READ'";

    if (mysql_query(mysql, sql) == 0)
        return KC_OK;
    if (mysql_errno(mysql) == ER_UNKNOWN_SYSTEM_VARIABLE && mysql_query(mysql, older) == 0)
        return KC_OK;
    return kc_connection_fail(mysql, "prepare the session", err);
}

kc_status kc_connection_open(const struct kc_mysql_config *c, uint32_t read_timeout_ms, MYSQL **out,
                             struct kc_error *err)
{
    MYSQL *mysql = mysql_init(NULL);
    unsigned int connect_s = (c->connect_timeout_ms + 999) / 1000, read_s = (read_timeout_ms + 999) / 1000,
                 write_s = 30, protocol = MYSQL_PROTOCOL_TCP;
    char doing[320];
    kc_status status;

    if (mysql == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while connecting to the server");
    mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &read_s);
    mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &write_s);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(mysql, MYSQL_OPT_CONNECT_ATTR_RESET, NULL);
    mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "kconnect mysql-source");
    set_tls(mysql, c);
    (void)snprintf(doing, sizeof(doing), "connect to %.200s:%u as %.80s", c->hostname, c->port, c->user);
    /* Without a default database: its absence is told with the name of the key, by whoever looks for the tables. */
    if (mysql_real_connect(mysql, c->hostname, c->user, c->password, NULL, c->port, NULL, 0) == NULL) {
        status = connect_fail(mysql, doing, err);
        goto failed;
    }
    if (c->ssl_mode >= KC_SSL_REQUIRED && mysql_get_ssl_cipher(mysql) == NULL) {
        status = kc_fail(
            err, KC_ERR_CONFIG,
            "the server offers no TLS, but database.ssl.mode asks for it; enable TLS on the server or set "
            "database.ssl.mode=preferred");
        goto failed;
    }
    status = prepare_session(mysql, err);
    if (status < 0)
        goto failed;
    *out = mysql;
    return KC_OK;

failed:
    mysql_close(mysql);
    return status;
}

kc_status kc_connection_query(MYSQL *mysql, const char *sql, const char *doing, MYSQL_RES **result,
                              struct kc_error *err)
{
    MYSQL_RES *res;

    if (mysql_query(mysql, sql) != 0)
        return kc_connection_fail(mysql, doing, err);
    res = mysql_store_result(mysql);
    if (res == NULL && mysql_errno(mysql) != 0)
        return kc_connection_fail(mysql, doing, err);
    if (result != NULL)
        *result = res;
    else
        mysql_free_result(res);
    if (result != NULL && res == NULL)
        return kc_fail(err, KC_ERR_FATAL, "cannot %s: the server answered without rows", doing);
    return KC_OK;
}

kc_status kc_connection_send(MYSQL *mysql, const char *sql, const char *doing, struct kc_error *err)
{
    if (mysql_send_query(mysql, sql, (unsigned long)strlen(sql)) != 0)
        return kc_connection_fail(mysql, doing, err);
    return KC_OK;
}

kc_status kc_connection_wait(MYSQL *mysql, const char *doing, int stop_fd, struct kc_error *err)
{
    struct pollfd fds[2] = {{mysql_get_socket(mysql), POLLIN, 0}, {stop_fd, POLLIN, 0}};

    /* Nothing can be buffered here: the server speaks only after the statement. Negative descriptors are ignored. */
    while (poll(fds, 2, -1) >= 0) {
        if (fds[1].revents != 0)
            return kc_fail(err, KC_ERR_STOPPED, "stopped");
        if (fds[0].revents != 0)
            break;
    }
    if (mysql_read_query_result(mysql) != 0)
        return kc_connection_fail(mysql, doing, err);
    return KC_OK;
}

char *kc_quote_name(char *out, const char *name)
{
    *out++ = '`';
    for (; *name != '\0'; name++) {
        if (*name == '`')
            *out++ = '`';
        *out++ = *name;
    }
    *out++ = '`';
    *out = '\0';
    return out;
}
