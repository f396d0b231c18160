#include <string.h>

#include "base/json.h"
#include "change.h"
#include "config_check.h"
#include "plugin/connector_config.h"
#include "resources.h"

#define NAME_BYTES 512

static const char EXPECTED[] =
    "an object of name (1 to 48 digits, lower-case letters and hyphens, no hyphen first), config and, "
    "if you like, initial_state";

struct creation {
    char name[NAME_BYTES];
    struct kc_props *config;
    enum kc_target target;
};

static bool only_known_members(const cJSON *body, struct kc_reply *reply)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, body)
    {
        if (strcmp(member->string, "name") == 0 || strcmp(member->string, "config") == 0 ||
            strcmp(member->string, "initial_state") == 0)
            continue;
        kc_reply_error(
            reply, KC_HTTP_BAD_REQUEST,
            "Unrecognized field \"%s\": a connector is created from name, config and initial_state.",
            member->string);
        return false;
    }
    return true;
}

static bool read_name(const cJSON *body, struct creation *out, struct kc_reply *reply)
{
    const cJSON *name = kc_json_member(body, "name");
    struct kc_error err = KC_ERROR_INIT;

    if (name != NULL && !cJSON_IsString(name) && !cJSON_IsNull(name)) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "The member name must be a string.");
        return false;
    }
    if (!kc_trim(cJSON_IsString(name) ? name->valuestring : "", out->name, sizeof(out->name))) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                       "The member name is too long: a connector's name has 1 to 48 characters.");
        return false;
    }
    if (out->name[0] == 0) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                       "Invalid value  for configuration name: String may not be empty");
        return false;
    }
    if (kc_connector_name_check(out->name, &err) != KC_OK) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
        return false;
    }
    return true;
}

static bool read_initial_state(const cJSON *body, struct creation *out, struct kc_reply *reply)
{
    const cJSON *state = kc_json_member(body, "initial_state");

    out->target = KC_TARGET_RUNNING;
    if (state == NULL || cJSON_IsNull(state))
        return true;
    if (cJSON_IsString(state) && kc_target_parse(state->valuestring, &out->target))
        return true;
    kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                   "The member initial_state must be RUNNING, PAUSED or STOPPED.");
    return false;
}

static bool read_config(const cJSON *body, struct creation *out, struct kc_reply *reply)
{
    const cJSON *config = kc_json_member(body, "config");
    struct kc_error err = KC_ERROR_INIT;

    if (!cJSON_IsObject(config)) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "The member config must be an object of keys and values.");
        return false;
    }
    out->config = kc_json_to_props(config, NULL, &err);
    if (out->config == NULL) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
        return false;
    }
    return kc_config_name(out->config, out->name, reply);
}

static bool read_creation(struct kc_request *q, struct creation *out, struct kc_reply *reply)
{
    cJSON *body = kc_request_object(q, EXPECTED, reply);
    bool good = body != NULL && only_known_members(body, reply) && read_name(body, out, reply) &&
                read_initial_state(body, out, reply) && read_config(body, out, reply);

    cJSON_Delete(body);
    return good;
}

/* POST /connectors */
void kc_post_connectors(struct kc_request *q, struct kc_reply *reply)
{
    struct creation made = {.config = NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_change change = {.kind = KC_CHANGE_CREATE, .name = made.name};
    enum kc_change_outcome outcome;
    enum kc_check_depth depth;

    if (!kc_config_depth(q, &depth, reply) || !read_creation(q, &made, reply))
        goto done;
    if (kc_fleet_find(q->view, made.name) !=
        NULL) { /* saves asking; the leader decides between simultaneous ones */
        kc_reply_error(reply, KC_HTTP_CONFLICT, "Connector %s already exists", made.name);
        goto done;
    }
    /* Nothing is stored yet, so a mask stands for nothing: it must not become somebody's password. */
    if (kc_connector_config_unmask(q->context->registry, made.config, NULL, &err) != KC_OK) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
        goto done;
    }
    /* Nothing is to run yet: the other system may be down, or not exist. */
    if (made.target == KC_TARGET_STOPPED)
        depth = KC_CHECK_DECLARED;
    if (!kc_config_acceptable(q, made.config, depth, &change.type, reply))
        goto done;
    change.config = made.config;
    change.target = made.target;
    if (kc_request_change(q, &change, KC_SAY_NOT_FOUND, &outcome, reply))
        kc_reply_connector(q, made.name, true, reply);
done:
    kc_props_destroy(made.config);
}
