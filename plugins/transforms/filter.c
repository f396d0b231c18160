/* Filter: drops every record that it gets; a predicate chooses which ones it gets. */
#include "components.h"
#include "smt.h"

static kc_status drop(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    (void)s;
    (void)b;
    (void)err;
    r->flags |= KC_REC_DROPPED;
    return KC_OK;
}

static const struct kc_smt_type type = {"Filter", sizeof(struct kc_smt), NULL, drop, NULL};

KC_SMT_COMPONENT(kc_smt_filter, "Filter", KC_SMT_PACKAGE,
                 "Drops the records that a predicate chooses; without one, all of them", type, KC_SIDE_NONE,
                 NULL);
