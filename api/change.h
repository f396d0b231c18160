/* change.h - handing a change to the fleet, and its outcome as an answer. */
#ifndef KC_API_CHANGE_H
#define KC_API_CHANGE_H

#include "request.h"

/* Kafka Connect words "no such connector" in several ways, and clients look at the words. */
enum kc_unknown_text {
    KC_SAY_NOT_FOUND,     /* Connector X not found */
    KC_SAY_UNKNOWN,       /* Unknown connector X */
    KC_SAY_UNKNOWN_COLON, /* Unknown connector: X */
    KC_SAY_NO_STATUS,     /* No status found for connector X */
};

void kc_reply_unknown(struct kc_reply *reply, enum kc_unknown_text say, const char *name);

/*
 * Waits for the leader's word. True: APPLIED, UNCHANGED or CREATED is in *outcome and the request's view
 * shows it. CONFLICT is true as well when `expected_revision` was given: the caller looks again. False: the
 * reply is complete.
 */
bool kc_request_change(struct kc_request *request, const struct kc_change *change, enum kc_unknown_text say,
                       enum kc_change_outcome *outcome, struct kc_reply *reply);

#endif
