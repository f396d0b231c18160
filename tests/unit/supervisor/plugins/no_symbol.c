/* A library that is no plugin. */
#include "parts.h"

KC_EXPORT int kc_useful(void);

int kc_useful(void)
{
    return 42;
}
