#include "fleet/leader_apply.h"

#include <string.h>

/* One request being decided. */
struct decision {
    struct kc_fleet_state *state;
    const struct kc_change *change;
    const struct kc_connector_doc *now; /* NULL: there is no such connector */
    const char *group_id;
    size_t cause;
    struct kc_fleet_records *records;
    enum kc_change_outcome outcome;
    struct kc_error *why;
};

/* What the connector shall be. Its config is borrowed. */
struct wish {
    const char *type;
    const struct kc_props *config;
    enum kc_target target;
    bool new_generation;
};

kc_status kc_leader_take(struct kc_fleet_state *state, const struct kc_fleet_records *records, size_t from)
{
    for (size_t i = from; i < records->n; i++) {
        const struct kc_fleet_record *r = &records->items[i];
        kc_status status =
            kc_fleet_state_apply(state, r->key, r->value, r->value != NULL ? strlen(r->value) : 0, NULL);

        if (status < 0)
            return status;
    }
    return KC_OK;
}

static kc_status write(struct decision *d, const struct wish *wish, enum kc_change_outcome outcome)
{
    int64_t revision = d->state->last_revision + 1;
    int64_t generation = wish->new_generation || d->now == NULL ? revision : d->now->generation;
    struct kc_props *config = kc_props_copy(wish->config);
    struct kc_connector_doc *doc = config != NULL ? kc_connector_doc_make(d->change->name, wish->type, config,
                                                                          wish->target, revision, generation)
                                                  : NULL;
    struct kc_buf text = {0};
    kc_status status = KC_ERR_NOMEM;

    if (doc != NULL) {
        kc_connector_doc_print(doc, &text);
        status = kc_fleet_records_add(d->records, "connector/", d->change->name, &text, d->cause);
    }
    kc_connector_doc_unref(doc);
    d->outcome = outcome;
    return status;
}

static struct wish as_now(const struct decision *d)
{
    return (struct wish){.type = d->now->type, .config = d->now->config, .target = d->now->target};
}

static bool task_failed(const struct decision *d)
{
    const struct kc_fleet_entry *e = kc_fleet_state_find(d->state, d->change->name);
    const struct kc_status_doc *status = e != NULL ? kc_fleet_entry_status(d->state, e) : NULL;

    return status != NULL && status->view.state == KC_STATE_FAILED;
}

/* A sink or source whose offsets would live in the workers' own group would disturb the fleet. */
static bool clashes_with_group(const struct decision *d)
{
    static const char prefix[] = "connect-";

    return strncmp(d->group_id, prefix, sizeof(prefix) - 1) == 0 &&
           strcmp(d->group_id + sizeof(prefix) - 1, d->change->name) == 0;
}

static kc_status add_new(struct decision *d, enum kc_target target)
{
    struct wish wish = {.type = d->change->type, .config = d->change->config, .target = target};

    if (clashes_with_group(d)) {
        d->outcome = KC_CHANGE_REFUSED;
        (void)kc_fail(
            d->why, KC_ERR_CONFIG,
            "connector %s would keep its offsets in the consumer group connect-%s, which is the workers' own "
            "group.id; choose another name",
            d->change->name, d->change->name);
        return KC_OK;
    }
    return write(d, &wish, KC_CHANGE_CREATED);
}

static kc_status change_config(struct decision *d)
{
    struct wish wish;

    if (d->now == NULL)
        return add_new(d, KC_TARGET_RUNNING);
    if (kc_props_equal(d->now->config, d->change->config) && strcmp(d->now->type, d->change->type) == 0) {
        d->outcome = KC_CHANGE_UNCHANGED;
        return KC_OK;
    }
    wish = as_now(d);
    wish.type = d->change->type;
    wish.config = d->change->config;
    wish.new_generation = true;
    return write(d, &wish, KC_CHANGE_APPLIED);
}

static kc_status change_target(struct decision *d)
{
    struct wish wish = as_now(d);

    if (d->now->target == d->change->target) {
        d->outcome = KC_CHANGE_UNCHANGED;
        return KC_OK;
    }
    wish.target = d->change->target;
    return write(d, &wish, KC_CHANGE_APPLIED);
}

static kc_status deploy(struct decision *d)
{
    struct wish wish = as_now(d);

    wish.new_generation = task_failed(d);
    if (d->now->target == KC_TARGET_RUNNING && !wish.new_generation) {
        d->outcome = KC_CHANGE_UNCHANGED;
        return KC_OK;
    }
    wish.target = KC_TARGET_RUNNING;
    return write(d, &wish, KC_CHANGE_APPLIED);
}

static kc_status restart(struct decision *d)
{
    struct wish wish = as_now(d);

    if (d->change->only_if_failed && !task_failed(d)) {
        d->outcome = KC_CHANGE_UNCHANGED;
        return KC_OK;
    }
    wish.new_generation = true;
    return write(d, &wish, KC_CHANGE_APPLIED);
}

static kc_status erase(struct decision *d)
{
    const struct kc_fleet_entry *e = kc_fleet_state_find(d->state, d->change->name);
    kc_status status = kc_fleet_records_add(d->records, "connector/", d->change->name, NULL, d->cause);

    if (status >= 0 && e->assignment != NULL)
        status = kc_fleet_records_add(d->records, "assignment/", d->change->name, NULL, d->cause);
    d->outcome = KC_CHANGE_APPLIED;
    return status;
}

static kc_status decide(struct decision *d)
{
    enum kc_change_kind kind = d->change->kind;

    if (d->now == NULL && kind != KC_CHANGE_CREATE && kind != KC_CHANGE_CONFIG) {
        d->outcome = KC_CHANGE_UNKNOWN;
        return KC_OK;
    }
    if (d->now != NULL && kind == KC_CHANGE_CREATE) {
        d->outcome = KC_CHANGE_EXISTS;
        return KC_OK;
    }
    if (d->change->expected_revision != 0 &&
        (d->now == NULL || d->now->revision != d->change->expected_revision)) {
        d->outcome = KC_CHANGE_CONFLICT;
        return KC_OK;
    }
    switch (kind) {
    case KC_CHANGE_CREATE: return add_new(d, d->change->target);
    case KC_CHANGE_CONFIG: return change_config(d);
    case KC_CHANGE_TARGET: return change_target(d);
    case KC_CHANGE_DEPLOY: return deploy(d);
    case KC_CHANGE_RESTART: return restart(d);
    case KC_CHANGE_DELETE: return erase(d);
    }
    return KC_OK;
}

kc_status kc_leader_apply(struct kc_fleet_state *state, const struct kc_request *request,
                          const char *group_id, int64_t now_ms, size_t cause,
                          struct kc_fleet_records *records, enum kc_change_outcome *outcome,
                          struct kc_error *why)
{
    const struct kc_fleet_entry *e = kc_fleet_state_find(state, request->change.name);
    struct decision d = {
        .state = state,
        .change = &request->change,
        .now = e != NULL ? e->connector : NULL,
        .group_id = group_id,
        .cause = cause,
        .records = records,
        .why = why,
    };
    size_t before = records->n;
    kc_status status;

    if (now_ms > request->deadline_ms) {
        *outcome = KC_CHANGE_TIMEOUT;
        (void)kc_fail(why, KC_ERR_RETRY, "the request came %lld ms after its deadline and was not applied",
                      (long long)(now_ms - request->deadline_ms));
        return KC_OK;
    }
    status = decide(&d);
    if (status >= 0)
        status = kc_leader_take(state, records, before);
    *outcome = d.outcome;
    return status;
}
