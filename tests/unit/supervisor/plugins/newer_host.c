/* Needs calls that this host does not have. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

PARTS_PLUGIN(.min_minor = 5)
