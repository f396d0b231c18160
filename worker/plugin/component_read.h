/* component_read.h - from a probe's JSON to the registry's structures. */
#ifndef KC_PLUGIN_COMPONENT_READ_H
#define KC_PLUGIN_COMPONENT_READ_H

#include "plugin/registry.h"

/*
 * Fills *out from one element of "components" (probe_json.h). Texts are borrowed from `json`, which must outlive it;
 * file and origin are left alone. KC_ERR_NOMEM, or KC_ERR_FATAL when `json` is not as promised; then nothing is left.
 */
kc_status kc_component_read(const cJSON *json, struct kc_component_info *out, struct kc_error *err);
/* Frees the arrays; not the texts. */
void kc_component_finish(struct kc_component_info *c);

#endif
