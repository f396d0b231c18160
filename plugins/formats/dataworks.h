/* dataworks.h - the component `dataworks-json`: a converter for keys and values, encoding only. */
#ifndef KC_FORMATS_DATAWORKS_H
#define KC_FORMATS_DATAWORKS_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_dataworks_json;

#endif
