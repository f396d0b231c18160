#include "server.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "connection.h"

static void copy_text(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from != NULL ? from : "");
}

struct zone_facts {
    char system[KC_SERVER_TEXT_BYTES];
    char global[KC_SERVER_TEXT_BYTES];
};

static void take_variable(struct kc_server *s, struct zone_facts *zone, const char *name, const char *value)
{
    if (strcmp(name, "server_uuid") == 0 && s->flavor == KC_FLAVOR_MYSQL)
        copy_text(s->identity, sizeof(s->identity), value);
    else if (strcmp(name, "server_id") == 0)
        s->server_id = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "log_bin") == 0)
        s->log_bin = strcasecmp(value, "ON") == 0 || strcmp(value, "1") == 0;
    else if (strcmp(name, "gtid_mode") == 0)
        s->gtid = s->flavor == KC_FLAVOR_MYSQL && strcasecmp(value, "ON") == 0;
    else if (strcmp(name, "binlog_format") == 0)
        copy_text(s->binlog_format, sizeof(s->binlog_format), value);
    else if (strcmp(name, "binlog_row_image") == 0)
        copy_text(s->row_image, sizeof(s->row_image), value);
    else if (strcmp(name, "binlog_row_value_options") == 0)
        copy_text(s->row_value_options, sizeof(s->row_value_options), value);
    else if (strcmp(name, "system_time_zone") == 0)
        copy_text(zone->system, sizeof(zone->system), value);
    else if (strcmp(name, "time_zone") == 0)
        copy_text(zone->global, sizeof(zone->global), value);
}

/* SYSTEM with an abbreviation says too little (CST is four zones): take the offset that holds today. */
static kc_status find_zone(MYSQL *mysql, struct kc_server *s, const struct zone_facts *zone,
                           struct kc_error *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status;
    long seconds = 0, minutes;

    if (strcasecmp(zone->global, "SYSTEM") != 0 && zone->global[0] != '\0') {
        copy_text(s->zone, sizeof(s->zone), zone->global);
        return KC_OK;
    }
    if (strcmp(zone->system, "UTC") == 0 || strcmp(zone->system, "GMT") == 0) {
        copy_text(s->zone, sizeof(s->zone), "UTC");
        return KC_OK;
    }
    status = kc_connection_query(
        mysql,
        "SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM'))",
        "ask for the server's time zone", &res, err);
    if (status < 0)
        return status;
    row = mysql_fetch_row(res);
    if (row != NULL && row[0] != NULL)
        seconds = strtol(row[0], NULL, 10);
    mysql_free_result(res);
    minutes = (seconds < 0 ? -seconds : seconds) / 60;
    (void)snprintf(s->zone, sizeof(s->zone), "%c%02ld:%02ld", seconds < 0 ? '-' : '+', minutes / 60 % 24,
                   minutes % 60);
    s->zone_measured = true;
    return KC_OK;
}

kc_status kc_server_read(MYSQL *mysql, struct kc_server *out, struct kc_error *err)
{
    struct zone_facts zone = {{0}, {0}};
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status;

    memset(out, 0, sizeof(*out));
    copy_text(out->version_text, sizeof(out->version_text), mysql_get_server_info(mysql));
    out->version = mysql_get_server_version(mysql);
    out->flavor = strstr(out->version_text, "MariaDB") != NULL ? KC_FLAVOR_MARIADB : KC_FLAVOR_MYSQL;
    out->gtid = out->flavor == KC_FLAVOR_MARIADB;
    status = kc_connection_query(
        mysql,
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_id', 'log_bin', "
        "'gtid_mode', 'binlog_format', 'binlog_row_image', 'binlog_row_value_options', "
        "'system_time_zone', 'time_zone')",
        "read the server's variables", &res, err);
    if (status < 0)
        return status;
    while ((row = mysql_fetch_row(res)) != NULL)
        if (row[0] != NULL && row[1] != NULL)
            take_variable(out, &zone, row[0], row[1]);
    mysql_free_result(res);
    if (out->flavor == KC_FLAVOR_MARIADB)
        (void)snprintf(out->identity, sizeof(out->identity), "mariadb-%u", out->server_id);
    return find_zone(mysql, out, &zone, err);
}

static kc_status check_log(const struct kc_server *s, struct kc_error *err)
{
    if (s->log_bin)
        return KC_OK;
    return kc_fail(
        err, KC_ERR_CONFIG,
        "log_bin is off: the server writes no binary log; start it with log_bin=ON, binlog_format=ROW "
        "and a server_id, under [mysqld] of its option file");
}

static kc_status check_format(const struct kc_server *s, struct kc_error *err)
{
    if (s->binlog_format[0] == '\0' || strcasecmp(s->binlog_format, "ROW") == 0)
        return KC_OK;
    return kc_fail(
        err, KC_ERR_CONFIG,
        "binlog_format is %s, but changes can be read from ROW only: SET GLOBAL binlog_format = 'ROW', "
        "set it in the option file, and let the clients connect again",
        s->binlog_format);
}

static kc_status check_image(const struct kc_server *s, struct kc_error *err)
{
    if (s->row_image[0] == '\0' || strcasecmp(s->row_image, "FULL") == 0)
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG,
                   "binlog_row_image is %s, so rows would arrive with columns missing: SET GLOBAL "
                   "binlog_row_image = 'FULL', set it in the option file, and let the clients connect again",
                   s->row_image);
}

static kc_status check_value_options(const struct kc_server *s, struct kc_error *err)
{
    if (strstr(s->row_value_options, "PARTIAL_JSON") == NULL)
        return KC_OK;
    return kc_fail(
        err, KC_ERR_CONFIG,
        "binlog_row_value_options has PARTIAL_JSON, so documents would arrive in pieces: SET GLOBAL "
        "binlog_row_value_options = ''");
}

kc_status kc_server_check_binlog_part(const struct kc_server *s, uint32_t part, struct kc_error *err)
{
    static kc_status (*const parts[KC_SERVER_BINLOG_PARTS])(const struct kc_server *, struct kc_error *) = {
        check_log, check_format, check_image, check_value_options};

    return parts[part](s, err);
}

kc_status kc_server_check_binlog(const struct kc_server *s, struct kc_error *err)
{
    kc_status status = KC_OK;

    for (uint32_t i = 0; i < KC_SERVER_BINLOG_PARTS && status == KC_OK; i++)
        status = kc_server_check_binlog_part(s, i, err);
    return status;
}

kc_status kc_server_place_read(MYSQL *mysql, const struct kc_server *server, struct kc_server_place *out,
                               struct kc_error *err)
{
    bool renamed = server->flavor == KC_FLAVOR_MYSQL && server->version >= 80200;
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status = KC_OK;

    memset(out, 0, sizeof(*out));
    status = kc_connection_query(mysql, renamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
                                 "read the end of the binary log", &res, err);
    if (status < 0)
        return status;
    row = mysql_fetch_row(res);
    if (row == NULL || row[0] == NULL || row[1] == NULL) {
        status = kc_fail(
            err, KC_ERR_CONFIG,
            "the server writes no binary log; start it with log_bin=ON, binlog_format=ROW and a server_id");
        goto done;
    }
    copy_text(out->file, sizeof(out->file), row[0]);
    out->pos = strtoull(row[1], NULL, 10);
    if (server->flavor == KC_FLAVOR_MYSQL && server->gtid) {
        out->gtids = strdup(mysql_num_fields(res) > 4 && row[4] != NULL ? row[4] : "");
        if (out->gtids == NULL)
            status = kc_fail(err, KC_ERR_NOMEM, "out of memory while reading the end of the binary log");
    }
done:
    mysql_free_result(res);
    return status;
}

static kc_status read_gtid_pos(MYSQL *mysql, struct kc_server_place *place, struct kc_error *err)
{
    char sql[2 * KC_BINLOG_FILE_BYTES + 64], file[2 * KC_BINLOG_FILE_BYTES + 1];
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status;

    mysql_real_escape_string(mysql, file, place->file, (unsigned long)strlen(place->file));
    (void)snprintf(sql, sizeof(sql), "SELECT BINLOG_GTID_POS('%s', %llu)", file,
                   (unsigned long long)place->pos);
    status = kc_connection_query(mysql, sql, "translate a binary log place to a GTID", &res, err);
    if (status < 0)
        return status;
    row = mysql_fetch_row(res);
    place->gtids = strdup(row != NULL && row[0] != NULL ? row[0] : "");
    mysql_free_result(res);
    return place->gtids != NULL ? KC_OK
                                : kc_fail(err, KC_ERR_NOMEM, "out of memory while reading a GTID position");
}

kc_status kc_server_snapshot_begin(MYSQL *mysql, bool want_gtids, struct kc_server_place *out,
                                   struct kc_error *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status;

    memset(out, 0, sizeof(*out));
    status = kc_connection_query(mysql, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
                                 "open a consistent read", NULL, err);
    if (status == KC_OK)
        status = kc_connection_query(mysql, "SHOW STATUS LIKE 'binlog\\_snapshot\\_%'",
                                     "read the place of the consistent read", &res, err);
    if (status < 0)
        return status;
    while ((row = mysql_fetch_row(res)) != NULL) {
        if (strcasecmp(row[0], "Binlog_snapshot_file") == 0)
            copy_text(out->file, sizeof(out->file), row[1]);
        else if (strcasecmp(row[0], "Binlog_snapshot_position") == 0 && row[1] != NULL)
            out->pos = strtoull(row[1], NULL, 10);
    }
    mysql_free_result(res);
    if (out->file[0] == '\0' || out->pos == 0)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "the server does not say at which place of the binary log a consistent read stands; is log_bin "
            "on?");
    return want_gtids ? read_gtid_pos(mysql, out, err) : KC_OK;
}

kc_status kc_server_now(MYSQL *mysql, int64_t *ms, struct kc_error *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status = kc_connection_query(mysql, "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)",
                                           "read the server's clock", &res, err);

    if (status < 0)
        return status;
    row = mysql_fetch_row(res);
    *ms = row != NULL && row[0] != NULL ? strtoll(row[0], NULL, 10) : 0;
    mysql_free_result(res);
    return KC_OK;
}
