/* Has nothing in it. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

PARTS_PLUGIN(.n_components = 0)
