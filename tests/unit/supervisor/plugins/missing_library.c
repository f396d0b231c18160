/* Needs a library that is not there. */
#include "parts.h"

KC_EXPORT int kc_useful(void);

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

PARTS_PLUGIN()

KC_EXPORT int kc_use(void);

int kc_use(void)
{
    return kc_useful();
}
