#include "config/listener.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

kc_status kc_listener_check(const char *listener, struct kc_error *err)
{
    const char *host = listener + strlen("http://");
    const char *colon, *digits;
    size_t n;

    if (strncasecmp(listener, "https://", strlen("https://")) == 0)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "listeners: '%s' asks for TLS, but the REST interface is plain HTTP: use http:// and put a proxy "
            "with TLS in front of it",
            listener);
    if (strncasecmp(listener, "http://", strlen("http://")) != 0)
        return kc_fail(err, KC_ERR_CONFIG, "listeners: '%s' must have the form http://host:port", listener);
    colon = strrchr(host, ':');
    if (colon == NULL || (host[0] != '[' && strchr(host, ':') != colon) ||
        (host[0] == '[' && colon[-1] != ']'))
        return kc_fail(
            err, KC_ERR_CONFIG,
            "listeners: '%s' must end with a colon and a port, an IPv6 address must be in brackets",
            listener);
    digits = colon + 1;
    n = strspn(digits, "0123456789");
    if (n == 0 || n > 5 || digits[n] != '\0' || atoi(digits) > 65535)
        return kc_fail(err, KC_ERR_CONFIG, "listeners: the port of '%s' must be a number from 0 to 65535",
                       listener);
    return KC_OK;
}
