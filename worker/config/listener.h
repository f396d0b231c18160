/* listener.h - the form of one entry of `listeners`. */
#ifndef KC_CONFIG_LISTENER_H
#define KC_CONFIG_LISTENER_H

#include "base/error.h"

/*
 * Checks "http://host:port": port 0 to 65535 (0: any free one), an IPv6 address in brackets, an empty host means every
 * address. KC_ERR_CONFIG with a sentence that names `listeners`.
 */
kc_status kc_listener_check(const char *listener, struct kc_error *err);

#endif
