/* provider.c - a config provider: one question, answered through the report. */
#include "check.h"

#include <string.h>

void check_provider(struct check *c)
{
    const struct kc_config_provider_ops *ops = c->component->ops;
    struct kc_kit *k = check_kit(c);
    struct kc_report *report = kc_kit_report(k);
    struct kc_error err = {.struct_size = sizeof(err)}, *lent;
    const char *path = c->options->provider_path;
    void *self = NULL;
    struct kc_map map;
    kc_status status;
    uint32_t n = 0;

    kc_kit_enter(k, "open");
    lent = kc_kit_error(k);
    status = kc_kit_config(k, c->component->config, c->options->settings, &map, &err);
    if (status >= 0)
        status = ops->open(kc_kit_ctx(k), &map, &self, lent);
    err = *lent;
    kc_kit_leave(k);
    if (status < 0) {
        check_open_failed(c, "", status, err.message);
        (void)check_kit_end(c, k);
        return;
    }
    kc_kit_enter(k, "get");
    lent = kc_kit_error(k);
    status = ops->get(self, path == NULL ? "/nonexistent" : path, NULL, 0, report, lent);
    err = *lent;
    kc_kit_leave(k);
    kc_kit_enter(k, "close");
    ops->close(self);
    kc_kit_leave(k);
    while (kc_kit_report_line(k, n) != NULL)
        n++;
    if (status < 0 && path != NULL)
        check_fail(c, "get(%s) failed with status %d: %s", path, status, err.message);
    else if (status < 0 && err.message[0] == '\0')
        check_fail(c, "get() failed and said nothing");
    else if (path == NULL)
        check_pass(
            c, "open, get, close: a path that does not exist does no harm (give one that does with --path)");
    else
        check_pass(c, "open, get, close: %u values", n);
    (void)check_kit_end(c, k);
}
