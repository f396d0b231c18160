/* provider_keys.h - the keys config.providers and config.providers.*: what can be said of them before plugins are known. */
#ifndef KC_CONFIG_PROVIDER_KEYS_H
#define KC_CONFIG_PROVIDER_KEYS_H

#include "base/props.h"

/*
 * Each name of config.providers is of letters, digits, '_', '-' and '.', and has a class; no key belongs to a name that is not
 * listed. Keys of the worker itself must not refer to a provider: replacing a reference runs plugin code, which the
 * worker does not do, and going on with the text "${...}" would fail later and elsewhere. KC_ERR_CONFIG names the key,
 * never a value.
 */
kc_status kc_provider_keys_check(const struct kc_props *worker, struct kc_error *err);

#endif
