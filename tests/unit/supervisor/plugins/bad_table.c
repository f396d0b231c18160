/* Says that its keys are shorter than any key ever was. */
#include "parts.h"

static const struct kc_config_key keys[] = {
    {.name = "port", .type = KC_CFG_INT, .importance = KC_IMPORTANCE_LOW}};
static const struct kc_config_def config = {PARTS_DEF(keys), .key_size = 16};
static const struct kc_component component = {PARTS("test-source", &parts_ops, &config)};

PARTS_PLUGIN()
