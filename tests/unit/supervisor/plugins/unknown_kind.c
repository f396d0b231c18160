/* A component of a kind that does not exist. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL), .kind = 99};

PARTS_PLUGIN()
