/* probe_check.h - does what a plugin says of itself obey the ABI; only constant data is looked at, no call is made. */
#ifndef KC_PLUGIN_PROBE_CHECK_H
#define KC_PLUGIN_PROBE_CHECK_H

#include <kconnect/plugin.h>

#include "base/buf.h"
#include "plugin/registry.h"

/* What is wrong, in the registry's words. NULL: nothing. `detail` gets the sentence. */
const char *kc_probe_check(const struct kc_plugin *plugin, struct kc_buf *detail);

/* Element `i` of a component's keys, which may be of another size than ours. */
const struct kc_config_key *kc_probe_key(const struct kc_config_def *def, uint32_t i);
/* The declaration as the registry keeps it; borrows every text. */
struct kc_key_info kc_probe_key_info(const struct kc_config_key *key);

#endif
