#include "validate.h"

#include <string.h>

#include "check.h"
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
    check(&c);
    kc_mysql_config_finish(&c.config);
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
};
