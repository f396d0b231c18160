/* Must be understood in a way that this host does not know. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

PARTS_PLUGIN(.flags = 1u << 20)
