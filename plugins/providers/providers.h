/* providers.h - the three components of this file. */
#ifndef KC_PROVIDERS_H
#define KC_PROVIDERS_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_file_provider;
extern const struct kc_component kc_directory_provider;
extern const struct kc_component kc_env_provider;

#endif
