/*
 * exchange.h - one request and its answer as libmicrohttpd calls us; the only file besides server.c that
 * knows it.
 */
#ifndef KC_API_EXCHANGE_H
#define KC_API_EXCHANGE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "server.h"

/* What all connections share; outlives them. */
struct kc_api_shared {
    struct kc_api_context context;
    const char *address;
    _Atomic(struct kc_fleet *) fleet; /* NULL: still starting */
    atomic_bool stopping;             /* refuse what is new, end what takes long */
    atomic_int running;               /* handlers at work */
};

/*
 * The callbacks of MHD_start_daemon(); `arg` is the struct kc_api_shared. Each connection has a thread of its
 * own.
 */
void *kc_exchange_begin(void *arg, const char *uri, struct MHD_Connection *connection);
enum MHD_Result kc_exchange_handle(void *arg, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *upload,
                                   size_t *upload_size, void **exchange);
void kc_exchange_end(void *arg, struct MHD_Connection *connection, void **exchange,
                     enum MHD_RequestTerminationCode how);

#endif
