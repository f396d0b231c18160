/* assign.h - turns placement into assignment records: the leader's second duty beside answering requests. */
#ifndef KC_FLEET_ASSIGN_H
#define KC_FLEET_ASSIGN_H

#include "fleet/fleet_state.h"
#include "fleet/placement.h"
#include "fleet/records.h"

/*
 * Compares what should run (every connector that is not STOPPED) with the assignments of `state` and appends the
 * records for what differs, also to `state`. Without workers nothing changes. KC_ERR_NOMEM.
 */
kc_status kc_assign(struct kc_fleet_state *state, const struct kc_placement_worker *workers, size_t n_workers,
                    struct kc_fleet_records *records);

/* Appends the record "revision" when `state` has given revisions since `before`. KC_ERR_NOMEM. */
kc_status kc_assign_note_revision(const struct kc_fleet_state *state, int64_t before,
                                  struct kc_fleet_records *records);

#endif
