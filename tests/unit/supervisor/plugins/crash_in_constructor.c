/* Dies while it is loaded. */
#include "parts.h"

#include <signal.h>

static const struct kc_component component = {PARTS("test-source", &parts_ops, NULL)};

__attribute__((constructor)) static void crash(void)
{
    (void)raise(SIGSEGV);
}

PARTS_PLUGIN()
