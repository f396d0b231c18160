#include "change.h"

#include <string.h>

#include "plugin/connector_config.h"

enum { RETRY_CHANGE_S = 5 };

void kc_reply_unknown(struct kc_reply *reply, enum kc_unknown_text say, const char *name)
{
    static const char *const before[] = {"Connector ", "Unknown connector ",
                                         "Unknown connector: ", "No status found for connector "};

    kc_reply_error(reply, KC_HTTP_NOT_FOUND, "%s%s%s", before[say], name,
                   say == KC_SAY_NOT_FOUND ? " not found" : "");
}

static void reply_timeout(struct kc_reply *reply, const struct kc_error *err)
{
    const char *text = err->message[0] != 0 ? err->message : "No leader answered in time.";

    if (strstr(text, "may have been applied") != NULL)
        kc_reply_unavailable(reply, RETRY_CHANGE_S, "%s", text);
    else
        kc_reply_unavailable(
            reply, RETRY_CHANGE_S,
            "%s The change may have been applied, or may still be: look before repeating it.", text);
}

bool kc_request_change(struct kc_request *q, const struct kc_change *change, enum kc_unknown_text say,
                       enum kc_change_outcome *outcome, struct kc_reply *reply)
{
    struct kc_error err = KC_ERROR_INIT;

    if (kc_connector_name_check(change->name, NULL) !=
        KC_OK) { /* cannot exist: not worth the leader's time */
        kc_reply_unknown(reply, say, change->name);
        return false;
    }
    *outcome = kc_fleet_change(q->fleet, change, &err);
    if (*outcome != KC_CHANGE_TIMEOUT) /* which a fleet that is being closed says as well: leave it alone */
        kc_request_refresh(q);
    /* The topics it has used are counted from its creation on: see used_topics.c. */
    if (*outcome == KC_CHANGE_CREATED || (*outcome == KC_CHANGE_APPLIED && change->kind == KC_CHANGE_DELETE))
        (void)kc_fleet_topics_reset(q->fleet, change->name);
    switch (*outcome) {
    case KC_CHANGE_APPLIED:
    case KC_CHANGE_UNCHANGED:
    case KC_CHANGE_CREATED: return true;
    case KC_CHANGE_EXISTS:
        kc_reply_error(reply, KC_HTTP_CONFLICT, "Connector %s already exists", change->name);
        return false;
    case KC_CHANGE_UNKNOWN: kc_reply_unknown(reply, say, change->name); return false;
    case KC_CHANGE_CONFLICT:
        if (change->expected_revision != 0)
            return true;
        kc_reply_error(
            reply, KC_HTTP_CONFLICT,
            "Cannot complete request momentarily due to stale configuration (typically caused by a "
            "concurrent config change)");
        return false;
    case KC_CHANGE_REFUSED: kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message); return false;
    case KC_CHANGE_TOO_LARGE: kc_reply_error(reply, KC_HTTP_TOO_LARGE, "%s", err.message); return false;
    case KC_CHANGE_TIMEOUT: break;
    }
    reply_timeout(reply, &err);
    return false;
}
