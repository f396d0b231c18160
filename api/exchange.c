#include "exchange.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "resources.h"
#include "rest_meter.h"

/*
 * A body that was refused is read on and thrown away up to this size, so that the client gets to see the
 * refusal.
 */
#define DISCARD_MAX_BYTES ((uint64_t)64 * 1024 * 1024)

enum { IDLE_S = 60, RETRY_STOPPING_S = 5 };

struct exchange {
    char *target;
    bool begun;
    bool refused; /* the reply was complete before the body: what comes of it is thrown away */
    uint64_t discarded;
    int64_t started_ms;
    struct kc_request request;
    struct kc_reply reply;
};

void *kc_exchange_begin(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *x = calloc(1, sizeof(*x));

    (void)arg;
    (void)connection;
    if (x == NULL)
        return NULL;
    x->started_ms = kc_mono_ms();
    x->target = strdup(uri);
    return x;
}

void kc_exchange_end(void *arg, struct MHD_Connection *connection, void **exchange,
                     enum MHD_RequestTerminationCode how)
{
    struct exchange *x = *exchange;

    (void)arg;
    (void)connection;
    (void)how;
    *exchange = NULL;
    if (x == NULL)
        return;
    kc_api_request_finish(&x->request);
    kc_reply_finish(&x->reply);
    free(x->target);
    free(x);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void read_head(struct exchange *x, struct MHD_Connection *connection, const char *method)
{
    struct kc_request_head *head = &x->request.head;
    const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

    head->method = method;
    head->target = x->target;
    head->content_type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE);
    head->accept = header(connection, MHD_HTTP_HEADER_ACCEPT);
    head->host = header(connection, MHD_HTTP_HEADER_HOST);
    head->body_bytes = length == NULL ? -1 : strtoll(length, NULL, 10);
    head->has_body = head->body_bytes > 0 || header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (value != NULL && *value != 0)
        (void)MHD_add_response_header(response, name, value);
}

/* Writes are worth a line each; reads are for the curious. */
static void log_exchange(const struct exchange *x)
{
    bool write = strcmp(x->request.head.method, "GET") != 0 && strcmp(x->request.head.method, "HEAD") != 0 &&
                 strcmp(x->request.head.method, "OPTIONS") != 0;
    struct kc_buf path = {0};

    if (!kc_log_enabled(write ? KC_INFO : KC_DEBUG))
        return;
    kc_buf_json(&path, x->target, strlen(x->target)); /* a client's text cannot break the line */
    kc_log(write ? KC_INFO : KC_DEBUG, "api", "%s %s: %u in %" PRId64 " ms", x->request.head.method,
           path.failed ? "" : path.data, x->reply.status, kc_mono_ms() - x->started_ms);
    kc_buf_finish(&path);
}

static enum MHD_Result answer(struct exchange *x, struct MHD_Connection *connection)
{
    struct kc_reply *r = &x->reply;
    struct MHD_Response *response;
    enum MHD_Result result;
    char seconds[16], *body;
    size_t size;

    kc_reply_seal(r);
    log_exchange(x);
    kc_rest_meter_note(x->request.context->rest, x->request.head.method,
                       x->request.route != NULL ? x->request.route->pattern : NULL, r->status,
                       kc_mono_ms() - x->started_ms);
    size = r->media == NULL ? 0 : r->body.len;
    body = r->media == NULL ? NULL : kc_buf_take(&r->body);
    response = MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(body);
        return MHD_NO;
    }
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->media);
    add_header(response, MHD_HTTP_HEADER_LOCATION, r->location);
    add_header(response, MHD_HTTP_HEADER_ALLOW, r->allow);
    if (r->retry_after_s > 0) {
        (void)snprintf(seconds, sizeof(seconds), "%u", r->retry_after_s);
        add_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    result = MHD_queue_response(connection, r->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result begin(struct kc_api_shared *shared, struct exchange *x,
                             struct MHD_Connection *connection, const char *method)
{
    const char *expect = header(connection, MHD_HTTP_HEADER_EXPECT);
    const struct kc_route *routes;
    size_t n;

    x->begun = true;
    read_head(x, connection, method);
    x->request.context = &shared->context;
    x->request.address = shared->address;
    x->request.stopping = &shared->stopping;
    routes = kc_routes(&n);
    x->refused = !kc_request_begin(&x->request, routes, n, &x->reply);
    if (!x->refused)
        return MHD_YES;
    /*
     * Who waits for a go-ahead, or has too much, gets the refusal instead of it; others may already be
     * sending.
     */
    if (!x->request.head.has_body || expect != NULL ||
        x->request.head.body_bytes > (int64_t)DISCARD_MAX_BYTES)
        return answer(x, connection);
    return MHD_YES;
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes, size_t *n)
{
    if (!x->refused)
        x->refused = !kc_request_body(&x->request, bytes, *n, &x->reply);
    if (x->refused)
        x->discarded += *n;
    *n = 0;
    return x->discarded > DISCARD_MAX_BYTES ? MHD_NO : MHD_YES;
}

static void run(struct kc_api_shared *shared, struct exchange *x, struct MHD_Connection *connection)
{
    /*
     * A write may wait longer for the leader than a connection may be idle: the clock stands still meanwhile.
     */
    (void)MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
    atomic_fetch_add(&shared->running, 1);
    if (atomic_load(&shared->stopping)) {
        kc_reply_unavailable(&x->reply, RETRY_STOPPING_S, "The worker is shutting down.");
    } else {
        x->request.fleet = atomic_load(&shared->fleet);
        kc_request_run(&x->request, &x->reply);
    }
    kc_api_request_finish(&x->request); /* gives the view back while the fleet is still there */
    atomic_fetch_sub(&shared->running, 1);
    (void)MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)IDLE_S);
}

enum MHD_Result kc_exchange_handle(void *arg, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *upload,
                                   size_t *upload_size, void **exchange)
{
    struct kc_api_shared *shared = arg;
    struct exchange *x = *exchange;

    (void)url; /* decoded by the library in a way that loses "%2F": we decode the target ourselves */
    (void)version;
    if (x == NULL || x->target == NULL)
        return MHD_NO;
    if (!x->begun)
        return begin(shared, x, connection, method);
    if (*upload_size > 0)
        return take_body(x, upload, upload_size);
    if (!x->refused)
        run(shared, x, connection);
    return answer(x, connection);
}
