/*
 * binlog_packet.h - the few things that a replica needs and libmariadb has no public call for: sending any command,
 * reading one packet, and knowing whether bytes wait in its buffers, where poll(2) cannot see them.
 *
 * libmariadb 3.x reads ahead into pvio->cache, and a TLS library keeps the rest of a record; both are asked.
 */
#ifndef KC_MYSQL_BINLOG_PACKET_H
#define KC_MYSQL_BINLOG_PACKET_H

#include <kconnect/error.h>
#include <mysql.h>
#include <stdbool.h>

enum {
    KC_COMMAND_BINLOG_DUMP = 18,
    KC_COMMAND_REGISTER_REPLICA = 21,
    KC_COMMAND_BINLOG_DUMP_GTID = 30, /* MySQL only; libmariadb calls the number COM_UNSUPPORTED */
};

/* Sends a command without reading an answer. KC_ERR_RETRY: the connection is gone. */
kc_status kc_packet_send(MYSQL *mysql, int command, const uint8_t *bytes, size_t len, struct kc_error *err);

/* Sends a command and reads the server's OK. False: it said no, or the connection broke; mysql_errno() tells. */
bool kc_packet_command(MYSQL *mysql, int command, const uint8_t *bytes, size_t len);

/* True when the next packet's first bytes are in a buffer of the process. */
bool kc_packet_buffered(const MYSQL *mysql);

/*
 * Waits for the next packet's first byte. KC_OK: there, or the connection broke, which the reading tells.
 * KC_NOTHING: not within timeout_ms. KC_ERR_STOPPED: stop_fd (-1: none) is readable. KC_ERR_RETRY: poll(2) failed.
 */
kc_status kc_packet_wait(const MYSQL *mysql, int stop_fd, int timeout_ms, struct kc_error *err);

/* Reads one packet; the bytes stay valid until the next call. A server's error or a broken connection is explained as in kc_packet_explain(). */
kc_status kc_packet_read(MYSQL *mysql, const uint8_t **bytes, size_t *len, struct kc_error *err);

/* Makes a status and a sentence of the error that `mysql` has, for commands and reads of a binlog stream. */
kc_status kc_packet_explain(MYSQL *mysql, struct kc_error *err);

#endif
