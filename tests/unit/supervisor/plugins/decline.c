/* Declines, saying why. */
#include "parts.h"

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    static const char why[] = "the licence has run out";

    host->log(NULL, KC_LOG_ERROR, __FILE__, __LINE__, (struct kc_str){why, sizeof(why) - 1, 0});
    return NULL;
}
