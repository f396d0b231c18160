/* A key whose default breaks its own rule. */
#include "parts.h"

static const struct kc_config_key keys[] = {{.name = "port",
                                             .type = KC_CFG_INT,
                                             .default_value = "0",
                                             .flags = KC_CFG_RANGE,
                                             .min = 1,
                                             .max = 9,
                                             .importance = KC_IMPORTANCE_LOW}};
static const struct kc_config_def config = {PARTS_DEF(keys)};
static const struct kc_component component = {PARTS("test-source", &parts_ops, &config)};

PARTS_PLUGIN()
