#include "validate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "position.h"
#include "source.h"

/* The sentence begins with the key. */
static void report_config(struct kc_report *out, const struct kc_error *err)
{
    char key[64] = "";
    size_t n = strcspn(err->message, ": ");

    if (n < sizeof(key))
        memcpy(key, err->message, n);
    kc_host->report_error(out, strchr(key, '.') != NULL ? key : NULL, err->message);
}

/*
 * Zones by name are read from the system's files (TZDIR as in tzset(3)) by the converters that need them, in the task;
 * here it is told before one is started. The server's own zone is not looked at: nobody has written it wrongly.
 */
static void check_zone(const struct kc_check *c)
{
    const char *zone = c->config.zone, *folder = getenv("TZDIR");
    char path[512];
    struct stat info;

    if (folder == NULL)
        folder = "/usr/share/zoneinfo";
    if (zone[0] == '\0' || zone[0] == '+' || zone[0] == '-' || strcmp(zone, "Z") == 0)
        return;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, zone);
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode))
        return;
    kc_check_problem(
        c, "database.connectionTimeZone",
        "the time zone %s is not installed (%s): use a name such as Asia/Shanghai or an offset such as "
        "+08:00, or install tzdata",
        zone, path);
}

static void check(struct kc_check *c)
{
    struct kc_error err = kc_check_no_error();

    if (!kc_check_connect(c))
        return;
    if (kc_server_read(c->mysql, &c->server, &err) < 0)
        kc_check_problem(c, "database.hostname", "%s", err.message);
    else
        kc_check_server(c);
    kc_check_tables(c);
    kc_check_position(c); /* last: the connection is good for nothing else afterwards */
    mysql_close(c->mysql);
}

static kc_status validate(struct kc_ctx *ctx, const struct kc_map *config, struct kc_report *out,
                          struct kc_error *err)
{
    struct kc_check c = {.report = out, .deadline_ms = kc_source_clock() + KC_CHECK_BUDGET_MS};
    kc_status status = kc_mysql_config_read(config, &c.config, err);

    (void)ctx;
    if (status == KC_ERR_CONFIG) {
        report_config(out, err);
        return KC_OK;
    }
    if (status < 0)
        return status;
    if (c.config.connect_timeout_ms > KC_CHECK_ANSWER_MS)
        c.config.connect_timeout_ms =
            KC_CHECK_ANSWER_MS; /* else the host's patience ends before our sentence */
    check_zone(&c);
    check(&c);
    kc_mysql_config_finish(&c.config);
    return KC_OK;
}

/* Whether a task could read the offsets; what the server knows of them only the start of the task tells. */
static kc_status check_offsets(struct kc_ctx *ctx, const struct kc_map *config,
                               const struct kc_offset_change *changes, uint32_t n, struct kc_error *err)
{
    struct kc_error why = kc_check_no_error();
    struct kc_position ignored;

    (void)ctx;
    (void)config;
    for (uint32_t i = 0; i < n; i++)
        if (changes[i].offset.len > 0 && kc_position_from_map(&changes[i].offset, &ignored, &why) < 0)
            return kc_fail(
                err, KC_ERR_CONFIG,
                "the offset cannot be used: %s; GET on the connector's offsets shows what one looks like",
                why.message);
    return KC_OK;
}

/* A position may end anywhere, also inside a transaction of the database, so transactions may as well. */
static int32_t exactly_once(struct kc_ctx *ctx, const struct kc_map *config)
{
    (void)ctx;
    (void)config;
    return KC_EOS_SUPPORTED;
}

const struct kc_planner_ops kc_mysql_planner_ops = {
    .struct_size = sizeof(kc_mysql_planner_ops),
    .validate = validate,
    .exactly_once = exactly_once,
    .check_offsets = check_offsets,
};
