/*
 * offsets.h - the positions of a connector, read and changed from outside of its task, for any worker: everything is in
 * Kafka, in the group connect-<connector> and in offset.storage.topic (worker/README.md, decision 5).
 *
 * Reading disturbs nobody. A change is written as the task itself would write it: under the connector's transactional id
 * connect-<connector>-0, which fences a task that is still ending; group and records in one transaction. A task that is
 * started meanwhile takes the id in its turn, and then either it sees the change, or the change fails whole.
 *
 * The clients are those of the connector's tasks: the worker's keys with producer. and consumer., and the connector's
 * producer.override. and consumer.override. Blocking calls, any thread.
 */
#ifndef KC_OFFSETS_OFFSETS_H
#define KC_OFFSETS_OFFSETS_H

#include <stdatomic.h>

#include "config/worker_config.h"
#include "offsets/offset_table.h"

/* Whose positions. Borrowed for the call. */
struct kc_offsets_of {
    const struct kc_worker_config *config;
    const char *connector;
    const struct kc_props *connector_config; /* secrets in clear */
    const atomic_bool *stopping;             /* ends waiting early; may be NULL */
};

/*
 * Fills `t` (which the caller initialised with config->offset_storage_partitions slots). For a look (`exact` false) the
 * records are read only if the group does not tell all, or does not answer; and what of them is hidden behind another
 * connector's open transaction may be missed. `exact` reads both to their end. KC_ERR_RETRY: Kafka did not answer before
 * `deadline_ms` (kc_mono_ms()).
 */
kc_status kc_offsets_read(const struct kc_offsets_of *of, bool exact, int64_t deadline_ms,
                          struct kc_offset_table *t, struct kc_error *err);

/* One change of the table. */
struct kc_offsets_edit {
    /* Asked once the transactional id is taken: is it still allowed? What it returns ends the change. */
    kc_status (*allowed)(void *arg, struct kc_error *err);
    /* Changes the table. */
    kc_status (*edit)(void *arg, struct kc_offset_table *t, struct kc_error *err);
    void *arg;
};

/*
 * Reads, edits and writes. KC_OK: done, or there was nothing to change. KC_ERR_STOPPED: somebody else took the
 * transactional id meanwhile, nothing was changed. KC_ERR_RETRY: Kafka did not answer in time; *err says whether the change
 * may have been made. Else what the callbacks return.
 */
kc_status kc_offsets_write(const struct kc_offsets_of *of, const struct kc_offsets_edit *edit,
                           int64_t deadline_ms, struct kc_error *err);

#endif
