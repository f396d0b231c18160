/* Prints on standard output, where the probe's answer goes. */
#include "parts.h"

#include <stdio.h>

static const struct kc_component component = {PARTS("talkative-source", &parts_ops, NULL)};

__attribute__((constructor)) static void talk(void)
{
    (void)printf("{\"outcome\":\"loaded\"}\n");
    (void)fflush(stdout);
}

PARTS_PLUGIN()
