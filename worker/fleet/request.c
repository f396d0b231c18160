#include "fleet/request.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "fleet/documents.h"

static const char *const kind_names[] = {
    [KC_CHANGE_CREATE] = "create", [KC_CHANGE_CONFIG] = "config",   [KC_CHANGE_TARGET] = "target",
    [KC_CHANGE_DEPLOY] = "deploy", [KC_CHANGE_RESTART] = "restart", [KC_CHANGE_DELETE] = "delete",
};

static const char *const outcome_names[] = {
    [KC_CHANGE_APPLIED] = "applied", [KC_CHANGE_UNCHANGED] = "unchanged", [KC_CHANGE_CREATED] = "created",
    [KC_CHANGE_EXISTS] = "exists",   [KC_CHANGE_UNKNOWN] = "unknown",     [KC_CHANGE_CONFLICT] = "conflict",
    [KC_CHANGE_REFUSED] = "refused", [KC_CHANGE_TIMEOUT] = "timeout",     [KC_CHANGE_TOO_LARGE] = "too_large",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool find_name(const char *const *names, size_t n, const char *text, size_t *at)
{
    for (*at = 0; text != NULL && *at < n; (*at)++)
        if (strcmp(names[*at], text) == 0)
            return true;
    return false;
}

const char *kc_outcome_name(enum kc_change_outcome outcome)
{
    return outcome_names[outcome];
}

void kc_request_print(const char *id, const char *worker, int32_t slot, int64_t deadline_ms,
                      const struct kc_change *change, struct kc_buf *out)
{
    kc_buf_printf(out, "{\"slot\":%" PRId32 ",\"deadline\":%" PRId64, slot, deadline_ms);
    kc_fleet_json_member(out, "id", id);
    kc_fleet_json_member(out, "worker", worker);
    kc_fleet_json_member(out, "kind", kind_names[change->kind]);
    kc_fleet_json_member(out, "name", change->name);
    kc_fleet_json_member(out, "type", change->type);
    kc_fleet_json_member(out, "target", kc_target_name(change->target));
    if (change->expected_revision != 0)
        kc_buf_printf(out, ",\"expected_revision\":%" PRId64, change->expected_revision);
    if (change->only_if_failed)
        kc_buf_str(out, ",\"only_if_failed\":true");
    if (change->config != NULL) {
        kc_buf_str(out, ",\"config\":");
        kc_fleet_json_props(out, change->config);
    }
    kc_buf_str(out, "}");
}

static char *copy_member(const cJSON *json, const char *name)
{
    const char *text = kc_json_text(json, name);

    return text != NULL ? strdup(text) : NULL;
}

static kc_status take_members(const cJSON *json, struct kc_request *out, struct kc_error *err)
{
    const char *target = kc_json_text(json, "target");
    const cJSON *config = kc_json_member(json, "config");
    bool needs_config;
    size_t kind;

    out->id = copy_member(json, "id");
    out->worker = copy_member(json, "worker");
    out->slot = (int32_t)kc_json_int(json, "slot", -1);
    out->deadline_ms = kc_json_int(json, "deadline", 0);
    out->change.name = copy_member(json, "name");
    out->change.type = copy_member(json, "type");
    out->change.expected_revision = kc_json_int(json, "expected_revision", 0);
    out->change.only_if_failed = kc_json_bool(json, "only_if_failed", false);
    if (config != NULL) {
        out->change.config = kc_json_to_props(config, NULL, err);
        if (out->change.config == NULL)
            return err->status;
    }
    if (out->id == NULL || out->worker == NULL || out->change.name == NULL || out->slot < 0 ||
        out->slot >= KC_REPLY_SLOTS || target == NULL || !kc_target_parse(target, &out->change.target) ||
        !find_name(kind_names, COUNT(kind_names), kc_json_text(json, "kind"), &kind))
        return kc_fail(err, KC_ERR_CONFIG, "it is not a request of a worker");
    out->change.kind = (enum kc_change_kind)kind;
    needs_config = kind == KC_CHANGE_CREATE || kind == KC_CHANGE_CONFIG;
    if (needs_config && (out->change.config == NULL || out->change.type == NULL))
        return kc_fail(err, KC_ERR_CONFIG, "it has no config or no type");
    return KC_OK;
}

kc_status kc_request_parse(const char *text, size_t len, struct kc_request *out, struct kc_error *err)
{
    cJSON *json = kc_json_parse(text, len, err);
    kc_status status;

    *out = (struct kc_request){0};
    if (json == NULL)
        return err->status;
    status = take_members(json, out, err);
    cJSON_Delete(json);
    return status;
}

void kc_request_finish(struct kc_request *r)
{
    free(r->id);
    free(r->worker);
    free((char *)r->change.name);
    free((char *)r->change.type);
    kc_props_destroy((struct kc_props *)r->change.config);
    *r = (struct kc_request){0};
}

void kc_reply_print(const char *id, enum kc_change_outcome outcome, const char *message, struct kc_buf *out)
{
    kc_buf_str(out, "{\"id\":");
    kc_buf_json(out, id, strlen(id));
    kc_fleet_json_member(out, "outcome", outcome_names[outcome]);
    if (message[0] != '\0')
        kc_fleet_json_member(out, "message", message);
    kc_buf_str(out, "}");
}

bool kc_reply_parse(const char *text, size_t len, char **id, enum kc_change_outcome *outcome, char **message)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *json = kc_json_parse(text, len, &err);
    size_t at;
    bool good = find_name(outcome_names, COUNT(outcome_names), kc_json_text(json, "outcome"), &at) &&
                kc_json_text(json, "id") != NULL;

    if (good) {
        *id = copy_member(json, "id");
        *message = copy_member(json, "message");
        *outcome = (enum kc_change_outcome)at;
        good = *id != NULL;
        if (!good)
            free(*message);
    }
    cJSON_Delete(json);
    return good;
}
