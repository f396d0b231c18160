/* stage_list.h - the components beside the connector whose own checks a configuration has to pass. No plugin code here. */
#ifndef KC_VALIDATE_STAGE_LIST_H
#define KC_VALIDATE_STAGE_LIST_H

#include <cjson/cJSON.h>

#include "plugin/registry.h"

/*
 * "stages" of a request to the child: {"role","kind","id","version","file"} for each transform, predicate and converter
 * that the configuration names and that is installed; what is not has its sentence by the declarations. A converter that
 * the worker names is left out, for its keys are the worker's. The caller's. Any thread.
 */
cJSON *kc_validate_stage_list(const struct kc_registry *r, const struct kc_props *worker,
                              const struct kc_props *config);

#endif
