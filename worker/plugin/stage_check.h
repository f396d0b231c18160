/* stage_check.h - do the transforms and predicates of a configuration fit together, beyond the
 * declarations of their keys. */
#ifndef KC_PLUGIN_STAGE_CHECK_H
#define KC_PLUGIN_STAGE_CHECK_H

#include "plugin/connector_config.h"

/*
 * Aliases given twice, components and versions that are not installed, a predicate that is not listed, negate
 * without a predicate, a predicate with a predicate of its own. Returns the number of problems. Any thread.
 */
size_t kc_stage_check(const struct kc_registry *r, const struct kc_props *config,
                      kc_config_problem_fn *problem, void *arg);

#endif
