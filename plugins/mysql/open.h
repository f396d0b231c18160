/* open.h - how a task finds its place: server, tables, stored position, what is left of the snapshot. */
#ifndef KC_MYSQL_OPEN_H
#define KC_MYSQL_OPEN_H

#include "source.h"

/* Connects and prepares everything that poll needs. On failure *out is untouched and nothing is left behind. */
kc_status kc_source_open(struct kc_ctx *ctx, const struct kc_map *config, struct kc_source **out,
                         struct kc_error *err);

/* Closes connections and frees everything. NULL is ignored. */
void kc_source_close(struct kc_source *s);

#endif
