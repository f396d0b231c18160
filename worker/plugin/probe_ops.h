/* probe_ops.h - which operations each kind of component must have (abi: "Life of each kind"). */
#ifndef KC_PLUGIN_PROBE_OPS_H
#define KC_PLUGIN_PROBE_OPS_H

#include <stdbool.h>
#include <stdint.h>

bool kc_probe_ops_known(uint32_t kind);

/* False: *missing names the first mandatory operation that is not there. `kind` must be known; `ops` may be NULL. */
bool kc_probe_ops_complete(uint32_t kind, const void *ops, const char **missing);

/* The flags of a table that is complete: the second member of every kind's. */
uint32_t kc_probe_ops_flags(const void *ops);

#endif
