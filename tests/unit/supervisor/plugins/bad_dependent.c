/* A key that names a key which is not there. */
#include "parts.h"

static const char *const depends[] = {"nothing", NULL};
static const struct kc_config_key keys[] = {
    {.name = "port", .type = KC_CFG_INT, .importance = KC_IMPORTANCE_LOW, .dependents = depends}};
static const struct kc_config_def config = {PARTS_DEF(keys)};
static const struct kc_component component = {PARTS("test-source", &parts_ops, &config)};

PARTS_PLUGIN()
