/* server.h - what the source has to know about the server: dialect, identity, binary log, time zone. */
#ifndef KC_MYSQL_SERVER_H
#define KC_MYSQL_SERVER_H

#include "flavor.h"
#include "position.h"

#include <mysql.h>

enum { KC_SERVER_TEXT_BYTES = 80, KC_SERVER_BINLOG_PARTS = 4 };

struct kc_server {
    enum kc_flavor flavor;
    unsigned long version; /* 80400 for 8.4.0 */
    char version_text[KC_SERVER_TEXT_BYTES];
    char identity
        [KC_SERVER_TEXT_BYTES];      /* server_uuid; MariaDB, which has none: "mariadb-" and its server_id */
    char zone[KC_SERVER_TEXT_BYTES]; /* name or "+hh:mm" */
    char binlog_format[16];
    char row_image[16];
    char row_value_options[32];
    uint32_t server_id;
    bool log_bin;
    bool gtid;          /* transactions have identifiers */
    bool zone_measured; /* the zone is today's offset of a system zone without a clear name */
};

/* Asks the server. The session must have been made by kc_connection_open(). */
kc_status kc_server_read(MYSQL *mysql, struct kc_server *out, struct kc_error *err);

/* KC_ERR_CONFIG with the statement that mends it, unless the binary log holds full row images. */
kc_status kc_server_check_binlog(const struct kc_server *server, struct kc_error *err);
/* One of the KC_SERVER_BINLOG_PARTS settings that it looks at, for who wants all of the faults; the first is log_bin. */
kc_status kc_server_check_binlog_part(const struct kc_server *server, uint32_t part, struct kc_error *err);

/* The end of the binary log. `gtids` is malloc'ed text, NULL where the server has no GTIDs. */
struct kc_server_place {
    char file[KC_BINLOG_FILE_BYTES];
    uint64_t pos;
    char *gtids;
};

/* MySQL: SHOW BINARY LOG STATUS; gtids is gtid_executed, which may lag behind file and pos, never run ahead. */
kc_status kc_server_place_read(MYSQL *mysql, const struct kc_server *server, struct kc_server_place *out,
                               struct kc_error *err);

/*
 * MariaDB only: opens a read-only transaction whose view is exactly the state after the place returned. End it with
 * COMMIT. gtids: the GTID position of that place, or NULL when `want_gtids` is false.
 */
kc_status kc_server_snapshot_begin(MYSQL *mysql, bool want_gtids, struct kc_server_place *out,
                                   struct kc_error *err);

/* The server's clock, ms since 1970. */
kc_status kc_server_now(MYSQL *mysql, int64_t *ms, struct kc_error *err);

#endif
