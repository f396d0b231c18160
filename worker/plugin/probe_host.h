/*
 * probe_host.h - the host table that a plugin's entry function gets in the probe: it may look at every member and log;
 * nothing else makes sense before open(), so the other calls answer "unsupported".
 */
#ifndef KC_PLUGIN_PROBE_HOST_H
#define KC_PLUGIN_PROBE_HOST_H

#include <kconnect/host.h>

const struct kc_host *kc_probe_host(void);

/* The last line the plugin logged at WARN or ERROR: why it declined. "" when it said nothing. */
const char *kc_probe_host_reason(void);

#endif
