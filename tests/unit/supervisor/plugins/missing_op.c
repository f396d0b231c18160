/* A source that can not be polled. */
#include "parts.h"

static const struct kc_source_ops ops = {PARTS_OPS, .poll = NULL};
static const struct kc_component component = {PARTS("test-source", &ops, NULL)};

PARTS_PLUGIN()
