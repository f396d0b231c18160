#include "listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 511 };

kc_status kc_listener_parse(const char *text, struct kc_listener_name *out, struct kc_error *err)
{
    static const char scheme[] = "http://";
    const char *host = text + sizeof(scheme) - 1, *colon, *end;
    size_t n;

    if (strncasecmp(text, "https://", 8) == 0)
        return kc_fail(err, KC_ERR_CONFIG,
                       "listeners: %s: TLS is not configured for the REST API; use http:// on a loopback "
                       "address and put a "
                       "TLS proxy in front.",
                       text);
    if (strncasecmp(text, scheme, sizeof(scheme) - 1) != 0)
        return kc_fail(err, KC_ERR_CONFIG, "listeners: %s is no listener; write http://host:port.", text);
    end = host + strcspn(host, "/");
    colon = memrchr(host, ':', (size_t)(end - host));
    if (colon == NULL || (*end != 0 && end[1] != 0))
        return kc_fail(err, KC_ERR_CONFIG, "listeners: %s must have the form http://host:port.", text);
    n = (size_t)(colon - host);
    if (n >= 2 && host[0] == '[' && colon[-1] == ']') {
        host++;
        n -= 2;
    }
    if (n >= sizeof(out->host) || memchr(host, '[', n) != NULL)
        return kc_fail(err, KC_ERR_CONFIG, "listeners: the host of %s is no host name or address.", text);
    memcpy(out->host, host, n);
    out->host[n] = 0;
    n = (size_t)(end - colon - 1);
    if (n == 0 || n > 5 || strspn(colon + 1, "0123456789") < n || atoi(colon + 1) > UINT16_MAX)
        return kc_fail(err, KC_ERR_CONFIG, "listeners: the port of %s must be a number up to 65535.", text);
    memcpy(out->port, colon + 1, n);
    out->port[n] = 0;
    return KC_OK;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage address;
    socklen_t n = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &n) != 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

static kc_status bind_to(const char *text, const struct addrinfo *a, int *fd, struct kc_error *err)
{
    int one = 1, zero = 0;
    int s = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (s < 0)
        return kc_fail_errno(err, KC_ERR_FATAL, "listeners: cannot make a socket for %s", text);
    (void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one,
                     sizeof(one)); /* a restart must not wait for TIME_WAIT */
    if (a->ai_family == AF_INET6)
        (void)setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
    if (bind(s, a->ai_addr, a->ai_addrlen) != 0 || listen(s, BACKLOG) != 0) {
        (void)kc_fail_errno(err, KC_ERR_FATAL, "listeners: cannot listen on %s", text);
        close(s);
        return KC_ERR_FATAL;
    }
    *fd = s;
    return KC_OK;
}

kc_status kc_listener_open(const char *text, const struct kc_listener_name *name, int *fd, uint16_t *port,
                           struct kc_error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found;
    kc_status status = KC_ERR_FATAL;
    int code = getaddrinfo(name->host[0] == 0 ? NULL : name->host, name->port, &hints, &found);

    if (code != 0)
        return kc_fail(err, KC_ERR_CONFIG, "listeners: cannot find the address of %s: %s", text,
                       gai_strerror(code));
    for (const struct addrinfo *a = found; a != NULL && status != KC_OK; a = a->ai_next)
        status = bind_to(text, a, fd, err);
    freeaddrinfo(found);
    if (status == KC_OK)
        *port = bound_port(*fd);
    return status;
}
