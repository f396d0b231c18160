/*
 * change_scan.h - looks ahead in the binary log for statements that change captured tables.
 *
 * A definition that the server gives is that of now, and the stream may be hours behind. It is right for the stream's
 * place exactly when no statement between the two touches the table, and the log itself can tell: a second dump
 * reads it, without decoding rows, from the stream's place to the end. What was looked at once is not read again.
 */
#ifndef KC_MYSQL_CHANGE_SCAN_H
#define KC_MYSQL_CHANGE_SCAN_H

#include "source.h"

/*
 * Looks at the log of this server from `from` (an event's first byte) to `end`, and notes for every captured table where
 * the last statement is that touches it: kc_change_after(). Task thread; blocks, with the watchdog told, until the
 * end is reached. KC_ERR_STOPPED, KC_ERR_RETRY, and what kc_binlog_next() says.
 */
kc_status kc_change_scan(struct kc_source *s, struct kc_binlog_place from, const struct kc_server_place *end,
                         struct kc_error *err);

/* True when a statement that touches the table was found at `place` or behind it. */
bool kc_change_after(const struct kc_captured *c, struct kc_binlog_place place);

#endif
