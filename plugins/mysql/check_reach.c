/* check_reach.c - why does nobody answer? The client library says EINPROGRESS for most of what can be wrong with an address. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 1000, MAX_ADDRESSES = 3 };

/* errno of one attempt; 0: somebody took the connection. */
static int try_address(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), why = 0;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    socklen_t len = sizeof(why);

    if (fd < 0)
        return errno;
    if (connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
        why = errno;
        if (why == EINPROGRESS && poll(&p, 1, WAIT_MS) <= 0)
            why = ETIMEDOUT;
        else if (why == EINPROGRESS && getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len) < 0)
            why = errno;
    }
    (void)close(fd);
    return why;
}

int kc_check_reach(const char *host, uint32_t port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
    char service[16];
    int why = EHOSTUNREACH, n = 0;

    (void)snprintf(service, sizeof(service), "%u", port);
    if (getaddrinfo(host, service, &hints, &list) != 0)
        return EHOSTUNREACH;
    for (const struct addrinfo *a = list; a != NULL && n < MAX_ADDRESSES; a = a->ai_next, n++) {
        why = try_address(a);
        if (why == 0 || why == ECONNREFUSED)
            break; /* the host is there: that says most */
    }
    freeaddrinfo(list);
    return why;
}
