/* plugin.c - what the file exports: one source component. */
#include <kconnect/sdk.h>

#include "config.h"
#include "task.h"

const struct kc_host *kc_host;

static const struct kc_component mysql_source = {
    .struct_size = sizeof(mysql_source),
    .kind = KC_KIND_SOURCE,
    .id = "mysql-source",
    .version = KC_VERSION,
    .title = "Changes of MySQL and MariaDB tables",
    .doc =
        "Reads the rows of the tables and then every change from the binary log, exactly once, in Debezium's "
        "envelope. Needs SELECT on the tables, and REPLICATION SLAVE and REPLICATION CLIENT on \\*.\\*.",
    .config = &kc_mysql_config_def,
    .ops = &kc_mysql_source_ops,
};

static const struct kc_component *const components[] = {&mysql_source};

static const struct kc_plugin plugin = {
    KC_PLUGIN_HEADER(components, 1),
    .name = "kc-mysql",
    .version = KC_VERSION,
    .license = "Apache-2.0",
};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
