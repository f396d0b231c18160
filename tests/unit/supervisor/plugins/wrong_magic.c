/* Its description begins with something else. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

PARTS_PLUGIN(.magic = 0x12345678)
