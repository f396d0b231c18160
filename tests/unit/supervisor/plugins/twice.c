/* One component, named two times. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};
static const struct kc_component *const both[] = {&component, &component};

PARTS_PLUGIN(.components = both, .n_components = 2)
