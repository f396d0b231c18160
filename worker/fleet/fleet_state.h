/*
 * fleet_state.h - the fleet as its topics tell it: records in, state out. Pure memory, no Kafka, not thread-safe.
 */
#ifndef KC_FLEET_FLEET_STATE_H
#define KC_FLEET_FLEET_STATE_H

#include "fleet/documents.h"
#include "fleet/used_topics.h"

/* All that is known under one connector's name; each document may be NULL. */
struct kc_fleet_entry {
    char *name;
    struct kc_connector_doc *connector;
    struct kc_assignment_doc *assignment;
    struct kc_status_doc *status; /* of task 0 */
};

struct kc_fleet_state {
    struct kc_fleet_entry *entries; /* sorted by name */
    size_t n_entries;
    size_t entries_cap;
    struct kc_worker_doc **workers; /* sorted by id */
    size_t n_workers;
    size_t workers_cap;
    struct kc_used_topics topics; /* not in copies: the leader needs none */
    int64_t next_request;         /* offset in the mailbox; 0: nothing has been answered yet */
    int64_t last_revision;        /* the highest that was ever given, here or in any document */
};

/* Zero-initialise to make one; this frees what it holds. */
void kc_fleet_state_finish(struct kc_fleet_state *s);
/* Makes `copy` (zero-initialised) share all documents. KC_ERR_NOMEM. */
kc_status kc_fleet_state_copy(const struct kc_fleet_state *s, struct kc_fleet_state *copy);

/*
 * Takes in one record of either topic; NULL `value` deletes. Keys of no interest (replies, unknown ones) are fine.
 * KC_ERR_CONFIG: the value is not what documents.h says and was ignored; *err names the key. KC_ERR_NOMEM.
 */
kc_status kc_fleet_state_apply(struct kc_fleet_state *s, const char *key, const char *value, size_t len,
                               struct kc_error *err);

/* The entry of that name, or NULL. Valid until the next apply. */
const struct kc_fleet_entry *kc_fleet_state_find(const struct kc_fleet_state *s, const char *name);
const struct kc_worker_doc *kc_fleet_state_worker(const struct kc_fleet_state *s, const char *id);

/* Replaces the statuses and workers of `s` by those of `from`; connectors and assignments stay. KC_ERR_NOMEM. */
kc_status kc_fleet_state_take_statuses(struct kc_fleet_state *s, const struct kc_fleet_state *from);

/* The status that counts: of the entry's assignment, by the process that has it; NULL: not reported yet. */
const struct kc_status_doc *kc_fleet_entry_status(const struct kc_fleet_state *s,
                                                  const struct kc_fleet_entry *e);

#endif
