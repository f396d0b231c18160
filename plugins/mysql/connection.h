/*
 * connection.h - connections to the server, and what its errors mean for a task.
 *
 * Handles belong to the caller and to one thread. Every session runs in UTC, utf8mb4, with an empty sql_mode and long
 * network timeouts, so that a stream that is held back for minutes is not cut by the server.
 */
#ifndef KC_MYSQL_CONNECTION_H
#define KC_MYSQL_CONNECTION_H

#include "config.h"

#include <mysql.h>

#include <kconnect/error.h>

/*
 * Connects. KC_ERR_RETRY: the server cannot be reached now; KC_ERR_CONFIG: it refuses this user, database or TLS mode.
 * `read_timeout_ms` bounds each read of the socket. Close with mysql_close().
 */
kc_status kc_connection_open(const struct kc_mysql_config *config, uint32_t read_timeout_ms, MYSQL **out,
                             struct kc_error *err);

/*
 * Runs one statement; `doing` completes "cannot ..." in the error's sentence. *result (may be NULL where no rows are
 * expected) is to be freed with mysql_free_result().
 */
kc_status kc_connection_query(MYSQL *mysql, const char *sql, const char *doing, MYSQL_RES **result,
                              struct kc_error *err);

/* Sends a statement without waiting for the answer; kc_connection_wait() has to follow. */
kc_status kc_connection_send(MYSQL *mysql, const char *sql, const char *doing, struct kc_error *err);

/*
 * Waits for the answer to a statement that was sent; stop_fd readable gives KC_ERR_STOPPED, and the connection is then
 * good for nothing but mysql_close().
 */
kc_status kc_connection_wait(MYSQL *mysql, const char *doing, int stop_fd, struct kc_error *err);

/*
 * Turns the handle's last error into a status and a sentence: what a pause may mend is KC_ERR_RETRY, what a person
 * has to mend is KC_ERR_CONFIG with the statement that does it.
 */
kc_status kc_connection_fail(MYSQL *mysql, const char *doing, struct kc_error *err);

/* Writes `name` in backticks, doubled inside; `out` must hold 2 * strlen(name) + 3 bytes. Returns the end. */
char *kc_quote_name(char *out, const char *name);

#endif
