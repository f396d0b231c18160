/* listener.h - "http://host:port" of the configuration as a listening socket. */
#ifndef KC_API_LISTENER_H
#define KC_API_LISTENER_H

#include <stdint.h>

#include "base/error.h"

struct kc_listener_name {
    char host[256]; /* "": every address of the machine; an IPv6 address without brackets */
    char port[8];
};

/*
 * Reads "http://host:port". KC_ERR_CONFIG: *err names the listener and what is allowed; https is refused
 * here.
 */
kc_status kc_listener_parse(const char *text, struct kc_listener_name *out, struct kc_error *err);

/*
 * Binds and listens, close-on-exec and non-blocking; the port that was bound goes to *port. The caller closes
 * *fd.
 */
kc_status kc_listener_open(const char *text, const struct kc_listener_name *name, int *fd, uint16_t *port,
                           struct kc_error *err);

#endif
