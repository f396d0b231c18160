/* The right symbol with another version behind it. */
#include "parts.h"

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

PARTS_PLUGIN(.abi_major = 7, .abi_minor = 3)
