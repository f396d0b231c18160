/* view.h - pictures of the fleet that never change and are shared by counting. */
#ifndef KC_FLEET_VIEW_H
#define KC_FLEET_VIEW_H

#include "fleet/fleet_state.h"

/* What does not stand in the topics. Borrowed for the call. */
struct kc_view_facts {
    const char *self;
    const char *instance;
    const char *cluster_id;
    bool caught_up;
    bool member;
    bool has_leader;
};

/* A picture with one reference that shares the documents of `s`. NULL: out of memory. Given back by any thread. */
const struct kc_fleet_view *kc_view_build(const struct kc_fleet_state *s, const struct kc_view_facts *facts);
const struct kc_fleet_view *kc_view_ref(const struct kc_fleet_view *v);

#endif
