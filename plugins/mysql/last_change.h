/*
 * last_change.h - the place of the last statement that the stored definitions of tables follow.
 *
 * Kept in the state under last_change. A connector whose offset was set back to before it (PATCH of its offsets) has
 * definitions of a later time than its rows: they are stale then, as after a statement that was not understood.
 */
#ifndef KC_MYSQL_LAST_CHANGE_H
#define KC_MYSQL_LAST_CHANGE_H

#include "gtid_set.h"
#include "position.h"

#include <kconnect/host.h>

enum { KC_LAST_CHANGE_SERVER_BYTES = 80 };

struct kc_last_change {
    char server[KC_LAST_CHANGE_SERVER_BYTES];
    char gtid[KC_GTID_TEXT_BYTES]; /* "": the statement had none, or none is known */
    char file[KC_BINLOG_FILE_BYTES];
    uint64_t pos; /* a place at or above it is behind the statement */
    bool unsaved;
};

/* KC_ERR_NOMEM. */
kc_status kc_last_change_store(struct kc_last_change *l, struct kc_ctx *ctx, struct kc_error *err);
/* Reads it; nothing that is stored leaves it empty. KC_ERR_CONFIG: it cannot be read. */
kc_status kc_last_change_load(struct kc_last_change *l, struct kc_ctx *ctx, struct kc_error *err);

/*
 * True when going on at `p`, `gtid` ("" or NULL-terminated) being the transaction that was delivered in part, comes before
 * the statement: by GTID where both have it, else by the place in the log of the same server; else false.
 */
bool kc_last_change_is_behind(const struct kc_last_change *l, enum kc_flavor flavor,
                              const struct kc_position *p, const char *gtid);

#endif
