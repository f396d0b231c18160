/* Ends the process while it is loaded. */
#include "parts.h"

#include <unistd.h>

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

__attribute__((constructor)) static void leave(void)
{
    _exit(3);
}

PARTS_PLUGIN()
