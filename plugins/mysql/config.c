#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

enum { TOPIC_MAX = 249 }; /* Kafka's limit for the name of a topic */

static const char *const snapshot_modes[] = {"initial", "no_data", NULL};
static const char *const ssl_modes[] = {"disabled",  "preferred",       "required",
                                        "verify_ca", "verify_identity", NULL};

/* In the order of enum kc_zero_date. */
static const char *const zero_dates[] = {"null", "string", "epoch", "fail", NULL};

static const struct kc_config_key keys[] = {
    {.name = "database.hostname",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_MEDIUM,
     .group = "Connection",
     .order = 1,
     .display_name = "Hostname",
     .doc = "Host name or IP address of the MySQL or MariaDB server."},
    {.name = "database.port",
     .type = KC_CFG_INT,
     .default_value = "3306",
     .flags = KC_CFG_RANGE,
     .min = 1,
     .max = 65535,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_SHORT,
     .group = "Connection",
     .order = 2,
     .display_name = "Port",
     .doc = "TCP port of the server."},
    {.name = "database.user",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_SHORT,
     .group = "Connection",
     .order = 3,
     .display_name = "User",
     .doc = "User to connect as. It needs SELECT on the tables, and REPLICATION SLAVE and REPLICATION CLIENT "
            "on *.*."},
    {.name = "database.password",
     .type = KC_CFG_PASSWORD,
     .default_value = "",
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_SHORT,
     .group = "Connection",
     .order = 4,
     .display_name = "Password",
     .doc = "Password of that user."},
    {.name = "database.name",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_MEDIUM,
     .group = "Tables",
     .order = 1,
     .display_name = "Database",
     .doc = "Database of the tables to follow."},
    {.name = "table.include.list",
     .type = KC_CFG_LIST,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_LONG,
     .group = "Tables",
     .order = 2,
     .display_name = "Tables",
     .doc = "Names of the tables to follow, by comma. A name with a dot is database.table, and the database "
            "must be that of database.name."},
    {.name = "topic.prefix",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_MEDIUM,
     .group = "Tables",
     .order = 3,
     .display_name = "Topic prefix",
     .doc = "Logical name of the server. The topic of a table is <topic.prefix>_<table>, schema names begin "
            "with it."},
    {.name = "database.server.id",
     .type = KC_CFG_LONG,
     .flags = KC_CFG_RANGE,
     .min = 1,
     .max = 4294967295,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_MEDIUM,
     .group = "Connection",
     .order = 5,
     .display_name = "Server id",
     .doc = "Numeric id under which the connector reads the binary log; unique among the server and its "
            "replicas. By default derived from the names of the fleet and of the connector."},
    {.name = "database.connectionTimeZone",
     .type = KC_CFG_STRING,
     .default_value = "",
     .importance = KC_IMPORTANCE_MEDIUM,
     .width = KC_WIDTH_MEDIUM,
     .group = "Connection",
     .order = 6,
     .display_name = "Time zone",
     .doc = "Zone in which DATE and DATETIME values are meant: a name such as Asia/Shanghai or an offset "
            "such as +08:00. By default the server's own."},
    {.name = "database.ssl.mode",
     .type = KC_CFG_STRING,
     .default_value = "preferred",
     .flags = KC_CFG_ONE_OF,
     .choices = ssl_modes,
     .importance = KC_IMPORTANCE_MEDIUM,
     .width = KC_WIDTH_SHORT,
     .group = "Connection",
     .order = 7,
     .display_name = "TLS mode",
     .doc = "disabled: never TLS; preferred: TLS where the server offers it; required: TLS or nothing; "
            "verify_ca: also check the server's certificate against database.ssl.ca; verify_identity: also "
            "check its host name."},
    {.name = "database.ssl.ca",
     .type = KC_CFG_STRING,
     .default_value = "",
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_LONG,
     .group = "Connection",
     .order = 8,
     .display_name = "TLS authority file",
     .doc = "PEM file with the certificates of the authorities to trust, on the worker's machine."},
    {.name = "database.ssl.cert",
     .type = KC_CFG_STRING,
     .default_value = "",
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_LONG,
     .group = "Connection",
     .order = 9,
     .display_name = "TLS certificate file",
     .doc = "PEM file with the client's own certificate, where the account asks for one."},
    {.name = "database.ssl.key",
     .type = KC_CFG_STRING,
     .default_value = "",
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_LONG,
     .group = "Connection",
     .order = 10,
     .display_name = "TLS key file",
     .doc = "PEM file with the private key of database.ssl.cert."},
    {.name = "connect.timeout.ms",
     .type = KC_CFG_INT,
     .default_value = "10000",
     .flags = KC_CFG_RANGE,
     .min = 1000,
     .max = 45000,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .group = "Connection",
     .order = 11,
     .display_name = "Connect timeout",
     .doc = "Milliseconds to wait for a connection to the server."},
    {.name = "connect.keep.alive.interval.ms",
     .type = KC_CFG_INT,
     .default_value = "1000",
     .flags = KC_CFG_RANGE,
     .min = 200,
     .max = 60000,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .group = "Connection",
     .order = 12,
     .display_name = "Keep-alive interval",
     .doc = "Milliseconds without a change after which the server sends a sign of life with its position. "
            "After twenty of them without any (thirty seconds at least) the connection counts as lost and is "
            "made again."},
    {.name = "snapshot.mode",
     .type = KC_CFG_STRING,
     .default_value = "initial",
     .flags = KC_CFG_ONE_OF,
     .choices = snapshot_modes,
     .importance = KC_IMPORTANCE_MEDIUM,
     .width = KC_WIDTH_SHORT,
     .group = "Snapshot",
     .order = 1,
     .display_name = "Snapshot mode",
     .doc = "initial: first every row that exists, then every change; no_data: only changes from now on."},
    {.name = "snapshot.fetch.size",
     .type = KC_CFG_INT,
     .default_value = "10000",
     .flags = KC_CFG_RANGE,
     .min = 1,
     .max = 1000000,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .group = "Snapshot",
     .order = 2,
     .display_name = "Rows a chunk",
     .doc = "Most rows that one SELECT of the snapshot reads. Chunks of wide rows are cut shorter, at 4 MB."},
    {.name = "snapshot.window.margin.ms",
     .type = KC_CFG_INT,
     .default_value = "15000",
     .flags = KC_CFG_RANGE,
     .min = 0,
     .max = 600000,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .group = "Snapshot",
     .order = 3,
     .display_name = "Window margin",
     .doc = "MySQL without GTIDs only: the longest time, in milliseconds, that may pass between the write of "
            "a change to the binary log and the moment a SELECT sees it. The first chunk waits that long."},
    {.name = "zero.date.mode",
     .type = KC_CFG_STRING,
     .default_value = "null",
     .flags = KC_CFG_ONE_OF,
     .choices = zero_dates,
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .group = "Format",
     .order = 3,
     .display_name = "Zero dates",
     .doc = "What becomes of dates that do not exist, such as 0000-00-00 and 2020-00-15. null: a null; "
            "epoch: 1970-01-01 00:00:00; fail: the task fails; string: columns of type DATE, DATETIME and "
            "TIMESTAMP are text, every value as SELECT shows it (TIMESTAMP in UTC)."},
    {.name = "tombstones.on.delete",
     .type = KC_CFG_BOOLEAN,
     .default_value = "false",
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .group = "Format",
     .order = 4,
     .display_name = "Tombstones",
     .doc = "Whether the delete of a row with a key is followed by a message with the same key and a null "
            "value, which lets a compacted topic forget the row. Debezium's default is true; dataworks-json "
            "has no such message and writes none."},
    {.name = "key.converter",
     .type = KC_CFG_CLASS,
     .default_value = "dataworks-json",
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .group = "Format",
     .order = 1,
     .display_name = "Key converter",
     .doc = "Writes the key of every message; a converter that the worker is configured with has priority."},
    {.name = "value.converter",
     .type = KC_CFG_CLASS,
     .default_value = "dataworks-json",
     .importance = KC_IMPORTANCE_LOW,
     .width = KC_WIDTH_SHORT,
     .group = "Format",
     .order = 2,
     .display_name = "Value converter",
     .doc = "Writes the document of every message; a converter that the worker is configured with has "
            "priority."},
    {.name = "kconnect.group.id",
     .type = KC_CFG_STRING,
     .default_value = "",
     .flags = KC_CFG_INTERNAL,
     .importance = KC_IMPORTANCE_LOW,
     .order = -1,
     .doc = "Name of the fleet; filled in by the worker."},
};

const struct kc_config_def kc_mysql_config_def = {
    .struct_size = sizeof(kc_mysql_config_def),
    .key_size = sizeof(keys[0]),
    .keys = keys,
    .n_keys = sizeof(keys) / sizeof(keys[0]),
};

/* A copy of a text value; absent or null gives "". NULL: out of memory. */
static char *text_of(const struct kc_map *config, const char *key)
{
    const struct kc_value *v = kc_map_get(config, key);

    return v != NULL && v->type == KC_STRING ? strndup(v->as.str, v->len) : strdup("");
}

static int64_t number_of(const struct kc_map *config, const char *key, int64_t fallback)
{
    const struct kc_value *v = kc_map_get(config, key);

    return v != NULL && v->type >= KC_INT8 && v->type <= KC_INT64 ? v->as.i64 : fallback;
}

static bool flag_of(const struct kc_map *config, const char *key)
{
    const struct kc_value *v = kc_map_get(config, key);

    return v != NULL && v->type == KC_BOOLEAN && v->as.i64 != 0;
}

static int choice_of(const char *text, const char *const *choices, int fallback)
{
    for (int i = 0; choices[i] != NULL; i++)
        if (strcmp(text, choices[i]) == 0)
            return i;
    return fallback;
}

/* FNV-1a over fleet and connector: the same id on every worker, different for different connectors. */
static uint32_t derived_server_id(const char *group, const char *connector)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (const char *p = group; *p != '\0'; p++)
        hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
    hash = (hash ^ 0xff) * UINT64_C(1099511628211);
    for (const char *p = connector; *p != '\0'; p++)
        hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
    hash ^= hash >> 32;
    /* The upper half of the range: people number their servers from 1. The topmost ids stay free. */
    return UINT32_C(0x80000000) | ((uint32_t)hash & UINT32_C(0x7ffffffe));
}

static bool known_table(const struct kc_mysql_config *c, const char *database, const char *name)
{
    for (uint32_t i = 0; i < c->n_tables; i++)
        if (strcmp(c->tables[i].database, database) == 0 && strcmp(c->tables[i].name, name) == 0)
            return true;
    return false;
}

/* Adds one name of table.include.list; "db.table" and "table" are both understood. */
static kc_status add_table(struct kc_mysql_config *c, const char *text, size_t len, struct kc_error *err)
{
    const char *dot = memchr(text, '.', len);
    size_t db_len = dot != NULL ? (size_t)(dot - text) : 0;
    struct kc_table_name *t = &c->tables[c->n_tables];

    if (dot != NULL && (db_len != strlen(c->database) || strncmp(text, c->database, db_len) != 0))
        return kc_fail(
            err, KC_ERR_CONFIG,
            "table.include.list: %.*s is not in the database %s of database.name; use one connector for each "
            "database",
            (int)len, text, c->database);
    if (dot != NULL) {
        text = dot + 1;
        len -= db_len + 1;
    }
    if (len == 0 || len > 64 * 4)
        return kc_fail(err, KC_ERR_CONFIG, "table.include.list: a table name is empty or too long");
    t->database = strdup(c->database);
    t->name = strndup(text, len);
    if (t->database == NULL || t->name == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading the configuration");
    if (known_table(c, t->database, t->name)) {
        free(t->database);
        free(t->name);
        return KC_OK;
    }
    c->n_tables++;
    return KC_OK;
}

/* Kafka's rule for the name of the table's topic; the rule is told here so that a check of the configuration finds it. */
static kc_status check_topic(const char *prefix, const char *table, struct kc_error *err)
{
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    bool prefix_is_legal = prefix[strspn(prefix, legal)] == '\0';

    if (prefix_is_legal && table[strspn(table, legal)] == '\0' &&
        strlen(prefix) + 1 + strlen(table) <= TOPIC_MAX)
        return KC_OK;
    return kc_fail(
        err, KC_ERR_CONFIG,
        "%s: table %.80s would get the topic %.120s_%.80s, but a topic's name has at most %d letters, "
        "digits, '.', '_' and '-'; %s",
        prefix_is_legal ? "table.include.list" : "topic.prefix", table, prefix, table, TOPIC_MAX,
        prefix_is_legal ? "leave the table out, or rename it" : "choose another prefix");
}

static kc_status read_tables(const struct kc_map *config, struct kc_mysql_config *c, struct kc_error *err)
{
    const struct kc_value *list = kc_map_get(config, "table.include.list");
    kc_status status = KC_OK;

    if (list == NULL || list->type != KC_ARRAY || list->len == 0)
        return kc_fail(err, KC_ERR_CONFIG, "table.include.list names no table; give at least one");
    c->tables = calloc(list->len, sizeof(*c->tables));
    if (c->tables == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading the configuration");
    for (uint32_t i = 0; i < list->len && status == KC_OK; i++)
        status = add_table(c, list->as.items[i].as.str, list->as.items[i].len, err);
    for (uint32_t i = 0; i < c->n_tables && status == KC_OK; i++)
        status = check_topic(c->prefix, c->tables[i].name, err);
    return status;
}

/* "+hh:mm", or letters, digits and "/_+-" as zone names have. The name itself is resolved by who uses it. */
static bool zone_is_plausible(const char *zone)
{
    if (strlen(zone) > 63)
        return false;
    for (const char *p = zone; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && strchr("/_+-:", *p) == NULL)
            return false;
    return true;
}

static kc_status read_texts(const struct kc_map *config, struct kc_mysql_config *c, struct kc_error *err)
{
    const struct {
        const char *key;
        char **to;
    } texts[] = {
        {"name", &c->connector},
        {"database.hostname", &c->hostname},
        {"database.user", &c->user},
        {"database.password", &c->password},
        {"database.name", &c->database},
        {"topic.prefix", &c->prefix},
        {"database.connectionTimeZone", &c->zone},
        {"database.ssl.ca", &c->ssl_ca},
        {"database.ssl.cert", &c->ssl_cert},
        {"database.ssl.key", &c->ssl_key},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i].to = text_of(config, texts[i].key);
        if (*texts[i].to == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading the configuration");
    }
    if (!zone_is_plausible(c->zone))
        return kc_fail(
            err, KC_ERR_CONFIG,
            "database.connectionTimeZone: %.60s is no zone; give a name such as Asia/Shanghai or an offset "
            "such as +08:00",
            c->zone);
    return KC_OK;
}

static kc_status read_choices(const struct kc_map *config, struct kc_mysql_config *c, struct kc_error *err)
{
    char *group = text_of(config, "kconnect.group.id"), *mode = text_of(config, "snapshot.mode"),
         *ssl = text_of(config, "database.ssl.mode"), *zero = text_of(config, "zero.date.mode");
    kc_status status = KC_OK;

    if (group == NULL || mode == NULL || ssl == NULL || zero == NULL) {
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory while reading the configuration");
        goto done;
    }
    c->server_id = (uint32_t)number_of(config, "database.server.id", 0);
    if (c->server_id == 0)
        c->server_id = derived_server_id(group, c->connector);
    c->snapshot_mode = (enum kc_snapshot_mode)choice_of(mode, snapshot_modes, KC_SNAPSHOT_INITIAL);
    c->ssl_mode = (enum kc_ssl_mode)choice_of(ssl, ssl_modes, KC_SSL_PREFERRED);
    c->zero_date = (enum kc_zero_date)choice_of(zero, zero_dates, KC_ZERO_DATE_NULL);
    if (c->ssl_mode >= KC_SSL_VERIFY_CA && c->ssl_ca[0] == '\0')
        status = kc_fail(
            err, KC_ERR_CONFIG,
            "database.ssl.ca is empty, but database.ssl.mode=%s needs the file of the trusted authorities",
            ssl);
done:
    free(group);
    free(mode);
    free(ssl);
    free(zero);
    return status;
}

kc_status kc_mysql_config_read(const struct kc_map *config, struct kc_mysql_config *out, struct kc_error *err)
{
    kc_status status;

    memset(out, 0, sizeof(*out));
    out->port = (uint32_t)number_of(config, "database.port", 3306);
    out->chunk_rows = (uint32_t)number_of(config, "snapshot.fetch.size", 10000);
    out->connect_timeout_ms = (uint32_t)number_of(config, "connect.timeout.ms", 10000);
    out->heartbeat_ms = (uint32_t)number_of(config, "connect.keep.alive.interval.ms", 1000);
    out->tombstones = flag_of(config, "tombstones.on.delete");
    out->window_margin_ms = number_of(config, "snapshot.window.margin.ms", 15000);
    status = read_texts(config, out, err);
    if (status == KC_OK)
        status = read_choices(config, out, err);
    if (status == KC_OK)
        status = read_tables(config, out, err);
    if (status < 0)
        kc_mysql_config_finish(out);
    return status;
}

void kc_mysql_config_finish(struct kc_mysql_config *c)
{
    char *texts[] = {c->connector, c->hostname, c->user,   c->password, c->database,
                     c->prefix,    c->zone,     c->ssl_ca, c->ssl_cert, c->ssl_key};

    if (c->password != NULL)
        explicit_bzero(c->password, strlen(c->password));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free(texts[i]);
    /* One past the count may hold a name whose copy failed half-way; calloc made it NULL otherwise. */
    for (uint32_t i = 0; c->tables != NULL && i < c->n_tables; i++) {
        free(c->tables[i].database);
        free(c->tables[i].name);
    }
    free(c->tables);
    memset(c, 0, sizeof(*c));
}
