#include <string.h>

#include "base/json.h"
#include "change.h"
#include "config_check.h"
#include "documents.h"
#include "plugin/connector_config.h"
#include "resources.h"

/* How often a change is worked out anew because somebody else changed the connector meanwhile. */
enum { KC_CONFIG_TRIES = 5 };

/* GET /connectors/X/config */
void kc_get_config(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);

    if (c == NULL) {
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
        return;
    }
    kc_write_config(&reply->body, q->context->registry, c->config);
    kc_reply_json(reply, KC_HTTP_OK);
}

/*
 * The body as a configuration; NULL: the reply is complete. `nulls` collects the keys that are null, or is
 * NULL.
 */
static struct kc_props *read_body(struct kc_request *q, struct kc_props *nulls, struct kc_reply *reply)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *body = kc_request_object(q, "an object of configuration keys and values", reply);
    struct kc_props *sent;

    if (body == NULL)
        return NULL;
    sent = kc_json_to_props(body, nulls, &err);
    cJSON_Delete(body);
    if (sent == NULL)
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
    return sent;
}

/* The whole configuration that would be in force: `stored` (NULL: none) with what was sent laid over it. */
static struct kc_props *overlay(const struct kc_props *stored, const struct kc_props *sent,
                                const struct kc_props *nulls)
{
    struct kc_props *all = stored == NULL ? kc_props_create() : kc_props_copy(stored);

    for (size_t i = 0; all != NULL && i < kc_props_count(sent); i++) {
        if (kc_props_set(all, kc_props_key(sent, i), kc_props_value(sent, i)) != KC_OK) {
            kc_props_destroy(all);
            return NULL;
        }
    }
    for (size_t i = 0; all != NULL && nulls != NULL && i < kc_props_count(nulls); i++)
        (void)kc_props_remove(all, kc_props_key(nulls, i));
    return all;
}

/* True when both hold the same keys with the same values. */
static bool same_config(const struct kc_props *a, const struct kc_props *b)
{
    bool same = kc_props_count(a) == kc_props_count(b);

    for (size_t i = 0; same && i < kc_props_count(a); i++) {
        const char *other = kc_props_get(b, kc_props_key(a, i));

        same = other != NULL && strcmp(other, kc_props_value(a, i)) == 0;
    }
    return same;
}

/*
 * A stopped connector touches the other system only once it is resumed, so its configuration may be mended while that
 * system is away. What is stored already is not tried out again: a repeated PUT changes nothing and always succeeds.
 */
static enum kc_check_depth depth_for(const struct kc_connector_view *c, const struct kc_props *config,
                                     enum kc_check_depth asked)
{
    return c != NULL && (c->target == KC_TARGET_STOPPED || same_config(c->config, config)) ? KC_CHECK_DECLARED
                                                                                           : asked;
}

/* What was sent, and how it is to be taken. */
struct sent {
    struct kc_props *config;
    const struct kc_props *nulls; /* keys to be removed; NULL: none */
    bool merge;                   /* it is laid over what is stored */
    enum kc_check_depth depth;
};

/*
 * One attempt against the connector as the view shows it. False: the reply is complete. True: done, or a conflict in *outcome,
 * in which case it is worth another look.
 */
static bool attempt(struct kc_request *q, const struct sent *sent, enum kc_change_outcome *outcome,
                    struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);
    struct kc_change change = {.kind = KC_CHANGE_CONFIG, .name = q->params[0]};
    struct kc_props *config = overlay(sent->merge && c != NULL ? c->config : NULL, sent->config, sent->nulls);
    struct kc_error err = KC_ERROR_INIT;
    bool good = false;

    if (config == NULL) {
        reply->body.failed = true;
        return false;
    }
    if (!kc_config_name(config, q->params[0], reply))
        goto done;
    if (kc_connector_config_unmask(q->context->registry, config, c == NULL ? NULL : c->config, &err) !=
        KC_OK) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
        goto done;
    }
    if (!kc_config_acceptable(q, config, depth_for(c, config, sent->depth), &change.type, reply))
        goto done;
    change.config = config;
    /*
     * The result was worked out from this revision (merged values, passwords behind masks): it holds for no
     * other.
     */
    change.expected_revision = c == NULL ? 0 : c->revision;
    good = kc_request_change(q, &change, KC_SAY_NOT_FOUND, outcome, reply);
done:
    kc_props_destroy(config);
    return good;
}

static void change_config(struct kc_request *q, const struct sent *sent, struct kc_reply *reply)
{
    enum kc_change_outcome outcome = KC_CHANGE_CONFLICT;

    for (int i = 0; i < KC_CONFIG_TRIES && outcome == KC_CHANGE_CONFLICT; i++) {
        if (sent->merge && kc_request_connector(q) == NULL) {
            kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
            return;
        }
        if (!attempt(q, sent, &outcome, reply))
            return;
    }
    if (outcome == KC_CHANGE_CONFLICT)
        kc_reply_error(
            reply, KC_HTTP_CONFLICT,
            "Cannot complete request momentarily due to stale configuration (typically caused by a "
            "concurrent config change)");
    else
        kc_reply_connector(q, q->params[0], outcome == KC_CHANGE_CREATED, reply);
}

/* PUT /connectors/X/config: replaces the configuration, or creates the connector. */
void kc_put_config(struct kc_request *q, struct kc_reply *reply)
{
    struct kc_error err = KC_ERROR_INIT;
    struct sent sent = {.merge = false};

    if (kc_connector_name_check(q->params[0], &err) != KC_OK) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
        return;
    }
    if (!kc_config_depth(q, &sent.depth, reply))
        return;
    sent.config = read_body(q, NULL, reply);
    if (sent.config != NULL)
        change_config(q, &sent, reply);
    kc_props_destroy(sent.config);
}

/* PATCH /connectors/X/config: keys are merged into what is stored, null removes one. */
void kc_patch_config(struct kc_request *q, struct kc_reply *reply)
{
    struct kc_props *nulls = kc_props_create();
    struct sent sent = {.nulls = nulls, .merge = true};

    if (nulls == NULL) {
        reply->body.failed = true;
        return;
    }
    if (kc_config_depth(q, &sent.depth, reply))
        sent.config = read_body(q, nulls, reply);
    if (sent.config != NULL)
        change_config(q, &sent, reply);
    kc_props_destroy(sent.config);
    kc_props_destroy(nulls);
}
