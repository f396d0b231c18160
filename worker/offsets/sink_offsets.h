/*
 * sink_offsets.h - the offsets of a sink, read and changed from outside of its task: those of its consumer
 * group connect-<connector>, or of the one that consumer.override.group.id names.
 *
 * Kafka takes a change of a group's offsets only while the group has no members, so no task can be overtaken:
 * one that is still ending is waited for. The client is that of the connector's tasks with admin.override.
 * Blocking calls, any thread.
 */
#ifndef KC_OFFSETS_SINK_OFFSETS_H
#define KC_OFFSETS_SINK_OFFSETS_H

#include "base/buf.h"
#include "offsets/offset_changes.h"
#include "offsets/offsets.h"

/* Appends {"offsets":[...]}, by topic and partition. KC_ERR_RETRY: Kafka did not answer in time. */
kc_status kc_sink_offsets_print(const struct kc_offsets_of *of, int64_t deadline_ms, struct kc_buf *out,
                                struct kc_error *err);

/*
 * Makes the changes; NULL: removes every offset, and the group. `allowed` is asked once everything else was
 * checked. KC_ERR_CONFIG: a change names a topic or partition that there is not, or cannot be read
 * (sink_changes.h). KC_ERR_STOPPED: a member stayed in the group. KC_ERR_RETRY: Kafka did not answer in time;
 * *err says whether changes may have been made.
 */
kc_status kc_sink_offsets_change(const struct kc_offsets_of *of, const struct kc_offset_changes *changes,
                                 kc_status (*allowed)(void *arg, struct kc_error *err), void *arg,
                                 int64_t deadline_ms, struct kc_error *err);

#endif
