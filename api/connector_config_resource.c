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

/*
 * One attempt against the connector as the view shows it. `merge`: what was sent is laid over what is stored.
 * False: the reply is complete. True: done, or a conflict in *outcome, in which case it is worth another
 * look.
 */
static bool attempt(struct kc_request *q, const struct kc_props *sent, const struct kc_props *nulls,
                    bool merge, enum kc_change_outcome *outcome, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);
    struct kc_change change = {.kind = KC_CHANGE_CONFIG, .name = q->params[0]};
    struct kc_props *config = overlay(merge && c != NULL ? c->config : NULL, sent, nulls);
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
    if (!kc_config_acceptable(q, config, &change.type, reply))
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

static void change_config(struct kc_request *q, const struct kc_props *sent, const struct kc_props *nulls,
                          bool merge, struct kc_reply *reply)
{
    enum kc_change_outcome outcome = KC_CHANGE_CONFLICT;

    for (int i = 0; i < KC_CONFIG_TRIES && outcome == KC_CHANGE_CONFLICT; i++) {
        if (merge && kc_request_connector(q) == NULL) {
            kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
            return;
        }
        if (!attempt(q, sent, nulls, merge, &outcome, reply))
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
    struct kc_props *sent;

    if (kc_connector_name_check(q->params[0], &err) != KC_OK) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
        return;
    }
    sent = read_body(q, NULL, reply);
    if (sent != NULL)
        change_config(q, sent, NULL, false, reply);
    kc_props_destroy(sent);
}

/* PATCH /connectors/X/config: keys are merged into what is stored, null removes one. */
void kc_patch_config(struct kc_request *q, struct kc_reply *reply)
{
    struct kc_props *nulls = kc_props_create(), *sent;

    if (nulls == NULL) {
        reply->body.failed = true;
        return;
    }
    sent = read_body(q, nulls, reply);
    if (sent != NULL)
        change_config(q, sent, nulls, true, reply);
    kc_props_destroy(sent);
    kc_props_destroy(nulls);
}
