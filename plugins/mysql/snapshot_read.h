/* snapshot_read.h - the readings of the snapshot: a chunk, or a consistent read of a whole table, and its high mark. */
#ifndef KC_MYSQL_SNAPSHOT_READ_H
#define KC_MYSQL_SNAPSHOT_READ_H

#include "source.h"

/*
 * Reads the next chunk of the current table and its high mark, with the rows dropped that the stream touched before the
 * window. KC_NOTHING: not yet, snapshot.not_before_ms says when to try again. Call it between two transactions only.
 */
kc_status kc_snapshot_read_chunk(struct kc_source *s, struct kc_error *err);

/*
 * Sends the SELECT of the chunk behind the one in hand, so that the server works while this one is emitted. The stream
 * stands still until kc_snapshot_read_chunk() receives it. What goes wrong shows there.
 */
void kc_snapshot_send_ahead(struct kc_source *s);

/* Opens the consistent read of the current table on the query connection. KC_NOTHING as above. */
kc_status kc_snapshot_open_hold(struct kc_source *s, struct kc_error *err);

/* Forgets a SELECT that was sent; the connection has to be dropped too. */
void kc_snapshot_forget_ahead(struct kc_source *s);

/* True when the stream has passed the high mark. Only between two transactions. */
bool kc_snapshot_high_passed(const struct kc_source *s);

#endif
