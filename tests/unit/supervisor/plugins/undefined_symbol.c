/* Uses a function that no library has. */
#include "parts.h"

extern int kc_nowhere_defined(void);

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

PARTS_PLUGIN()

KC_EXPORT int kc_use(void);

int kc_use(void)
{
    return kc_nowhere_defined();
}
