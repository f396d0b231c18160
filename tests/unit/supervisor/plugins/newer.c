/* The good source, one version later. */
#include "parts.h"

static const struct kc_component component = {PARTS("good-source", &parts_ops, NULL), .version = "1.0.10"};

PARTS_PLUGIN()
