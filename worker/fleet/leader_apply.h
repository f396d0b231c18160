/*
 * leader_apply.h - what a request does to the fleet: the rules of each change, as a pure function of state and request.
 */
#ifndef KC_FLEET_LEADER_APPLY_H
#define KC_FLEET_LEADER_APPLY_H

#include "fleet/fleet_state.h"
#include "fleet/records.h"
#include "fleet/request.h"

/*
 * Decides about one request: changes `state`, appends the records that say so in `records` (with `cause`), and sets
 * *outcome; *why is filled for a REFUSED or TIMEOUT. `now_ms` is Unix time. `group_id` is the fleet's, whose name a
 * connector's offset group must not have. The reply is not among the records. KC_ERR_NOMEM: state and records are
 * to be thrown away.
 */
kc_status kc_leader_apply(struct kc_fleet_state *state, const struct kc_request *request,
                          const char *group_id, int64_t now_ms, size_t cause,
                          struct kc_fleet_records *records, enum kc_change_outcome *outcome,
                          struct kc_error *why);

/* Appends records[from..] to `state`, as everybody who follows the topic will. KC_ERR_NOMEM. */
kc_status kc_leader_take(struct kc_fleet_state *state, const struct kc_fleet_records *records, size_t from);

#endif
