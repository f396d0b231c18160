/* Its table has a hole where the second component should be. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};
static const struct kc_component *const one_and_none[] = {&component, NULL};

PARTS_PLUGIN(.components = one_and_none, .n_components = 2)
