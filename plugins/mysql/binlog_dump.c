#include "binlog_dump.h"

#include "binlog_packet.h"
#include "le.h"

#include <kconnect/sdk.h>
#include <stdlib.h>

enum { FIRST_EVENT_POS = 4 }; /* behind the file's magic bytes */

static kc_status run(MYSQL *mysql, const char *sql, struct kc_error *err)
{
    return mysql_query(mysql, sql) != 0 ? kc_packet_explain(mysql, err) : KC_OK;
}

/*
 * A replica that says nothing of checksums gets none, or an error where the server insists. Both spellings of each variable
 * are set: MySQL 8.4 and later read "source", older ones and MariaDB "master"; user variables that nobody reads do no harm.
 */
static kc_status set_common(MYSQL *mysql, const struct kc_binlog_start *start, struct kc_error *err)
{
    char sql[200];
    kc_status status;

    status = run(mysql,
                 "SET @master_binlog_checksum = @@global.binlog_checksum, "
                 "@source_binlog_checksum = @@global.binlog_checksum",
                 err);
    if (status < 0)
        return status;
    (void)snprintf(sql, sizeof(sql), "SET @master_heartbeat_period = %llu, @source_heartbeat_period = %llu",
                   start->heartbeat_ms * 1000000ULL, start->heartbeat_ms * 1000000ULL);
    return run(mysql, sql, err);
}

/* Capability 4: a replica that understands GTID events; otherwise MariaDB sends BEGIN in their place. */
static kc_status set_mariadb(MYSQL *mysql, const struct kc_binlog_start *start, struct kc_error *err)
{
    static const char before[] = "SET @slave_gtid_strict_mode = 0, @slave_gtid_ignore_duplicates = 0, "
                                 "@slave_connect_state = '";
    kc_status status = run(mysql, "SET @mariadb_slave_capability = 4", err);
    size_t len;
    char *sql;

    if (status < 0 || start->gtids == NULL)
        return status;
    len = kc_gtid_set_text_length(start->gtids);
    sql = malloc(sizeof(before) + len + 1);
    if (sql == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while asking for the binlog");
    memcpy(sql, before, sizeof(before) - 1);
    kc_gtid_set_print(start->gtids, sql + sizeof(before) - 1);
    memcpy(sql + sizeof(before) - 1 + len, "'", 2);
    status = run(mysql, sql, err);
    free(sql);
    return status;
}

/* COM_BINLOG_DUMP: position (4), flags (2), server id (4), file name to the end. */
static kc_status dump_place(MYSQL *mysql, const struct kc_binlog_start *start, const char *file, uint64_t pos,
                            struct kc_error *err)
{
    size_t name = strlen(file);
    uint8_t *bytes;
    kc_status status;

    if (pos > UINT32_MAX)
        return kc_fail(
            err, KC_ERR_UNSUPPORTED,
            "position %s:%llu lies beyond 4 GiB, where a replica can only go on with GTID: switch GTID on, "
            "or keep binlog files smaller with max_binlog_size",
            file, (unsigned long long)pos);
    bytes = malloc(10 + name);
    if (bytes == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while asking for the binlog");
    kc_put_le32(bytes, (uint32_t)pos);
    kc_put_le16(bytes + 4, 0);
    kc_put_le32(bytes + 6, start->server_id);
    memcpy(bytes + 10, file, name);
    status = kc_packet_send(mysql, KC_COMMAND_BINLOG_DUMP, bytes, 10 + name, err);
    free(bytes);
    return status;
}

/* COM_BINLOG_DUMP_GTID: flags (2), server id (4), length of file name (4), file name, position (8), length of set (4), set. */
static kc_status dump_gtids(MYSQL *mysql, const struct kc_binlog_start *start, struct kc_error *err)
{
    enum { FIXED_BYTES = 22 };
    size_t set = kc_gtid_set_encode(start->gtids, NULL);
    uint8_t *bytes = malloc(FIXED_BYTES + set);
    kc_status status;

    if (bytes == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while asking for the binlog");
    kc_put_le16(bytes, 0);
    kc_put_le32(bytes + 2, start->server_id);
    kc_put_le32(bytes + 6, 0);
    kc_put_le64(bytes + 10, FIRST_EVENT_POS);
    kc_put_le32(bytes + 18, (uint32_t)set);
    (void)kc_gtid_set_encode(start->gtids, bytes + FIXED_BYTES);
    status = kc_packet_send(mysql, KC_COMMAND_BINLOG_DUMP_GTID, bytes, FIXED_BYTES + set, err);
    free(bytes);
    return status;
}

void kc_replica_name(const char *connector, char out[KC_REPLICA_NAME_BYTES])
{
    (void)snprintf(out, KC_REPLICA_NAME_BYTES, "kconnect-%s", connector);
}

/*
 * COM_REGISTER_SLAVE: server id (4), host, user and password, each a length (1) and bytes, port (2), rank (4), source id
 * (4). It makes the reader visible in SHOW REPLICAS, so that others can see that the server id is taken. A server that
 * refuses it still sends its log, or says better why it does not.
 */
static void register_replica(MYSQL *mysql, const struct kc_binlog_start *start)
{
    uint8_t bytes[4 + 1 + KC_REPLICA_NAME_BYTES + 1 + 1 + 2 + 4 + 4] = {0};
    size_t name = strnlen(start->name, KC_REPLICA_NAME_BYTES - 1);

    kc_put_le32(bytes, start->server_id);
    bytes[4] = (uint8_t)name;
    memcpy(bytes + 5, start->name, name);
    (void)kc_packet_command(mysql, KC_COMMAND_REGISTER_REPLICA, bytes, 5 + name + 1 + 1 + 2 + 4 + 4);
}

kc_status kc_binlog_dump(MYSQL *mysql, const struct kc_binlog_start *start, struct kc_error *err)
{
    kc_status status = set_common(mysql, start, err);

    if (status == KC_OK && start->flavor == KC_FLAVOR_MARIADB)
        status = set_mariadb(mysql, start, err);
    if (status < 0)
        return status;
    if (start->name != NULL)
        register_replica(mysql, start);
    if (start->gtids != NULL && start->flavor == KC_FLAVOR_MYSQL)
        return dump_gtids(mysql, start, err);
    if (start->gtids != NULL)
        return dump_place(mysql, start, "", FIRST_EVENT_POS, err);
    return dump_place(mysql, start, start->file != NULL ? start->file : "",
                      start->pos < FIRST_EVENT_POS ? FIRST_EVENT_POS : start->pos, err);
}
