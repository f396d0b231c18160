/*
 * planner.c - what a connector knows before any task runs: each call on its own, as the worker makes them,
 * without an instance, so that ctx is NULL.
 */
#include "check.h"

#include <string.h>

enum { MAX_TASKS = 3 };

static const struct kc_planner_ops *planner_of(const struct kc_component *c)
{
    const struct kc_source_ops *source = c->ops;
    const struct kc_sink_ops *sink = c->ops;

    return c->kind == KC_KIND_SOURCE ? source->planner : sink->planner;
}

/* The parsed configuration, which is in the bracket of the call that comes next. */
static struct kc_map enter(struct check *c, struct kc_kit *k, const char *call)
{
    struct kc_map map = {0};

    kc_kit_enter(k, call);
    (void)kc_kit_config(k, c->component->config, c->options->settings, &map, NULL);
    return map;
}

static void leave(struct kc_kit *k)
{
    struct kc_map none;

    kc_kit_leave(k);
    (void)kc_kit_config(k, NULL, NULL, &none, NULL); /* the configuration is gone now */
}

/* False when the plugin has something against the configuration, so that nothing more can be tried. */
static bool validate(struct check *c, struct kc_kit *k, const struct kc_planner_ops *ops)
{
    struct kc_report *report = kc_kit_report(k);
    struct kc_map map = enter(c, k, "validate");
    struct kc_error *err = kc_kit_error(k);
    kc_status status = ops->validate(NULL, &map, report, err);
    const char *line;

    if (status < 0)
        check_skip(c, "validate() failed with status %d: %s", status, err->message);
    leave(k);
    for (uint32_t i = 0; status >= 0 && (line = kc_kit_report_line(k, i)) != NULL; i++) {
        if (strncmp(line, "error ", 6) != 0)
            continue;
        check_skip(c, "validate() has something against the configuration: %s", line + 6);
        return false;
    }
    if (status >= 0)
        check_pass(c, "validate() accepts the configuration");
    return status >= 0;
}

static bool plan_once(struct check *c, struct kc_kit *k, const struct kc_planner_ops *ops,
                      struct kc_report *report)
{
    struct kc_map map = enter(c, k, "plan_tasks");
    struct kc_error *err = kc_kit_error(k);
    kc_status status = ops->plan_tasks(NULL, &map, MAX_TASKS, (struct kc_task_plan *)(void *)report, err);

    if (status < 0)
        check_fail(c, "plan_tasks() failed with status %d: %s", status, err->message);
    leave(k);
    return status >= 0;
}

static void plan(struct check *c, struct kc_kit *k, const struct kc_planner_ops *ops)
{
    const char *first[MAX_TASKS] = {0}, *line;
    uint32_t n[2] = {0};

    for (int round = 0; round < 2; round++) {
        struct kc_report *report = kc_kit_report(k);

        if (!plan_once(c, k, ops, report))
            return;
        for (; (line = kc_kit_report_line(k, n[round])) != NULL; n[round]++) {
            if (n[round] < MAX_TASKS && round == 0)
                first[n[round]] = line;
            else if (n[round] < MAX_TASKS && first[n[round]] != NULL && strcmp(line, first[n[round]]) != 0) {
                check_fail(c, "plan_tasks() planned other tasks the second time");
                return;
            }
        }
    }
    if (n[0] == 0 || n[0] > MAX_TASKS)
        check_fail(c, "plan_tasks() planned %u tasks; 1 to %d were asked for", n[0], MAX_TASKS);
    else if (n[0] != n[1])
        check_fail(c, "plan_tasks() planned %u tasks, then %u", n[0], n[1]);
    else
        check_pass(c, "plan_tasks() plans %u of at most %d tasks, the same each time", n[0], MAX_TASKS);
}

static void exactly_once(struct check *c, struct kc_kit *k, const struct kc_planner_ops *ops)
{
    struct kc_map map = enter(c, k, "exactly_once");
    int32_t level = ops->exactly_once(NULL, &map);

    leave(k);
    if (level < KC_EOS_UNSUPPORTED || level > KC_EOS_OWN_BOUNDARIES)
        check_fail(c, "exactly_once() answered %d, which is no KC_EOS_ level", level);
    else
        check_pass(c, "exactly_once() answers %s",
                   level == KC_EOS_UNSUPPORTED ? "unsupported"
                   : level == KC_EOS_SUPPORTED ? "supported"
                                               : "own boundaries");
}

void check_planner(struct check *c)
{
    const struct kc_planner_ops *ops = planner_of(c->component);
    struct kc_kit *k = check_kit(c);
    bool fits = true;

    if (ops != NULL && KC_CAN(struct kc_planner_ops, ops, validate))
        fits = validate(c, k, ops);
    if (fits && ops != NULL && KC_CAN(struct kc_planner_ops, ops, plan_tasks))
        plan(c, k, ops);
    if (fits && ops != NULL && KC_CAN(struct kc_planner_ops, ops, exactly_once))
        exactly_once(c, k, ops);
    (void)check_kit_end(c, k);
}
