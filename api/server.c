#include "server.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "exchange.h"
#include "listener.h"
#include "resources.h"
#include "rest_meter.h"

enum {
    CONNECTIONS = 256, /* each has a thread, for a write waits for the fleet's leader */
    CONNECTION_IDLE_S = 60,
    CONNECTION_BYTES = 65536, /* for a request's line and headers */
    THREAD_STACK_BYTES = 1024 * 1024,
    STOP_GRACE_MS = 2000,
};

struct kc_api {
    struct kc_api_shared shared; /* what exchanges see */
    struct MHD_Daemon **daemons;
    size_t n_daemons;
    char address[300];
};

static void log_library(void *arg, const char *fmt, va_list args)
{
    char line[512];
    int n;

    (void)arg;
    n = vsnprintf(line, sizeof(line), fmt, args);
    if (n <= 0)
        return;
    line[strcspn(line, "\r\n")] = 0;
    kc_log(KC_DEBUG, "libmicrohttpd", "%s", line);
}

static struct MHD_Daemon *start_daemon(struct kc_api *api, int fd)
{
    return MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0,
        NULL, NULL, kc_exchange_handle, &api->shared, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, kc_exchange_begin, &api->shared,
        MHD_OPTION_NOTIFY_COMPLETED, kc_exchange_end, &api->shared, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)THREAD_STACK_BYTES, MHD_OPTION_END);
}

/* "host:port" for others: a listener on every address is known by the machine's name. */
static void set_address(struct kc_api *api, const struct kc_listener_name *name, uint16_t port)
{
    char host[sizeof(name->host)];

    (void)snprintf(host, sizeof(host), "%s", name->host);
    if (host[0] == 0 || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0) {
        if (gethostname(host, sizeof(host)) != 0)
            (void)snprintf(host, sizeof(host), "localhost");
        host[sizeof(host) - 1] = 0;
    }
    (void)snprintf(api->address, sizeof(api->address), strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
                   (unsigned)port);
}

static kc_status start_listener(struct kc_api *api, const char *text, struct kc_error *err)
{
    struct kc_listener_name name;
    uint16_t port = 0;
    int fd = -1;
    kc_status status = kc_listener_parse(text, &name, err);

    if (status == KC_OK)
        status = kc_listener_open(text, &name, &fd, &port, err);
    if (status != KC_OK)
        return status;
    if (api->address[0] == 0)
        set_address(api, &name, port);
    api->daemons[api->n_daemons] = start_daemon(api, fd);
    if (api->daemons[api->n_daemons] == NULL) {
        close(fd);
        return kc_fail(err, KC_ERR_FATAL, "listeners: the HTTP server would not start on %s.", text);
    }
    api->n_daemons++;
    kc_log(KC_INFO, "api", "listening on %s, port %u", text, (unsigned)port);
    return KC_OK;
}

struct kc_api *kc_api_start(const struct kc_api_context *context, struct kc_error *err)
{
    struct kc_api *api = calloc(1, sizeof(*api));
    const char *const *listeners = context->config->listeners;
    size_t n = 0;

    while (listeners[n] != NULL)
        n++;
    if (api != NULL)
        api->daemons = calloc(n + 1, sizeof(struct MHD_Daemon *));
    if (api == NULL || api->daemons == NULL) {
        free(api);
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    if (n == 0) {
        (void)kc_fail(err, KC_ERR_CONFIG, "listeners names no listener; write http://host:port.");
        (void)kc_api_stop(api);
        return NULL;
    }
    api->shared.context = *context;
    api->shared.context.rest = kc_rest_meter_create();
    api->shared.address = api->address;
    for (size_t i = 0; i < n; i++) {
        if (start_listener(api, listeners[i], err) != KC_OK) {
            (void)kc_api_stop(api);
            return NULL;
        }
    }
    return api;
}

void kc_api_ready(struct kc_api *api, struct kc_fleet *fleet)
{
    atomic_store(&api->shared.fleet, fleet);
}

const char *kc_api_address(const struct kc_api *api)
{
    return api->address;
}

/* Waits until no handler runs, up to the grace. False: some still do. */
static bool drain(struct kc_api *api)
{
    int64_t deadline = kc_mono_ms() + STOP_GRACE_MS;

    while (atomic_load(&api->shared.running) > 0) {
        if (kc_mono_ms() >= deadline)
            return false;
        usleep(10 * 1000);
    }
    return true;
}

/* No new connections from here on. */
static void quiesce(struct kc_api *api)
{
    for (size_t i = 0; i < api->n_daemons; i++) {
        int fd = MHD_quiesce_daemon(api->daemons[i]);

        if (fd >= 0)
            close(fd);
    }
}

bool kc_api_stop(struct kc_api *api)
{
    if (api == NULL)
        return true;
    if (!atomic_exchange(&api->shared.stopping, true))
        quiesce(api);
    if (!drain(api)) { /* joining would wait for the leader's answers */
        kc_log(KC_WARN, "api", "%d requests have no answer yet and the worker stops",
               atomic_load(&api->shared.running));
        return false;
    }
    for (size_t i = 0; i < api->n_daemons; i++)
        MHD_stop_daemon(api->daemons[i]);
    kc_rest_meter_destroy(api->shared.context.rest);
    free(api->daemons);
    free(api);
    return true;
}
