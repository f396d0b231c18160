/* config.h - the configuration of one mysql-source connector, read once at open() or validate(). */
#ifndef KC_MYSQL_CONFIG_H
#define KC_MYSQL_CONFIG_H

#include <kconnect/config.h>
#include <stdbool.h>

#include "zero_date.h"

enum kc_snapshot_mode {
    KC_SNAPSHOT_INITIAL, /* every row that exists at the start, then changes */
    KC_SNAPSHOT_NO_DATA, /* changes only */
};

/* database.ssl.mode, with Debezium's words. */
enum kc_ssl_mode {
    KC_SSL_DISABLED,
    KC_SSL_PREFERRED,
    KC_SSL_REQUIRED,
    KC_SSL_VERIFY_CA,
    KC_SSL_VERIFY_IDENTITY,
};

struct kc_table_name {
    char *database;
    char *name;
};

/* Every text is owned by the struct. The password must never reach a log line or an error sentence. */
struct kc_mysql_config {
    char *connector; /* key "name" */
    char *hostname;
    char *user;
    char *password;
    char *database;
    char *prefix;
    char *zone; /* "": the server's own */
    char *ssl_ca;
    char *ssl_cert;
    char *ssl_key;
    struct kc_table_name *tables; /* in the order they were given, without repetitions */
    uint32_t n_tables;
    uint32_t port;
    uint32_t server_id;
    uint32_t chunk_rows;
    uint32_t connect_timeout_ms;
    uint32_t heartbeat_ms; /* asked of the server while nothing happens */
    int64_t window_margin_ms;
    enum kc_snapshot_mode snapshot_mode;
    enum kc_ssl_mode ssl_mode;
    enum kc_zero_date zero_date;
    bool tombstones; /* tombstones.on.delete */
};

/* The declared keys: types, defaults, documentation. */
extern const struct kc_config_def kc_mysql_config_def;

/*
 * Reads a parsed configuration (declared types, defaults filled in). On failure *out is empty again and err says
 * which key is wrong: KC_ERR_CONFIG.
 */
kc_status kc_mysql_config_read(const struct kc_map *config, struct kc_mysql_config *out,
                               struct kc_error *err);

/* Frees the texts and wipes the password. */
void kc_mysql_config_finish(struct kc_mysql_config *config);

#endif
