/*
 * request.h - one request as a handler sees it: already routed, decoded, bounded, and with a picture of the
 * fleet.
 */
#ifndef KC_API_REQUEST_H
#define KC_API_REQUEST_H

#include <cjson/cJSON.h>
#include <stdatomic.h>

#include "reply.h"
#include "router.h"
#include "server.h"

/*
 * What the HTTP library hands over before the body is read; texts are borrowed for the life of the request.
 */
struct kc_request_head {
    const char *method;
    const char *target;       /* raw: "/connectors/a%20b?expand=info" */
    const char *content_type; /* NULL: none; likewise the other headers */
    const char *accept;
    const char *host;
    bool has_body;      /* Content-Length above zero, or chunked */
    int64_t body_bytes; /* as announced; -1: not */
};

/* Belongs to one thread. Zero-initialise, fill in the first block, kc_api_request_finish() at the end. */
struct kc_request {
    const struct kc_api_context *context;
    struct kc_fleet *fleet;      /* NULL: the worker is still starting */
    const char *address;         /* ours, for Location when the client sent no Host */
    const atomic_bool *stopping; /* long reads end early when it becomes true; may be NULL */
    struct kc_request_head head;

    struct kc_uri uri;
    enum kc_method method;
    const struct kc_route *route;
    const char *params[KC_ROUTE_PARAMETERS]; /* what stood for "*" in the route, decoded */
    const struct kc_fleet_view *view;        /* NULL only before the worker has started */
    struct kc_buf body;
};

/*
 * Everything that can be said before the body is read: parses and routes, checks media types and the
 * announced size, answers OPTIONS. True: go on to the body. False: `reply` is complete; what comes of the
 * body is to be ignored.
 */
bool kc_request_begin(struct kc_request *request, const struct kc_route *routes, size_t n_routes,
                      struct kc_reply *reply);
/* Takes a piece of the body. False: it is larger than the configuration allows, and `reply` says so. */
bool kc_request_body(struct kc_request *request, const char *bytes, size_t n, struct kc_reply *reply);
/* Takes a view of the fleet and calls the handler; the reply is complete and sealed afterwards. */
void kc_request_run(struct kc_request *request, struct kc_reply *reply);
void kc_api_request_finish(struct kc_request *request);

/* For handlers that have changed something: replaces `view` by the newest one. */
void kc_request_refresh(struct kc_request *request);

/* The body as JSON: an object. NULL: `reply` is a 400 that says what is `expected`. The caller deletes it. */
cJSON *kc_request_object(struct kc_request *request, const char *expected, struct kc_reply *reply);

/* True when the query parameter is there and says "true" in any case. */
bool kc_request_flag(const struct kc_request *request, const char *name);
/*
 * An integer of the query, or `fallback` without one. False: `reply` is a 400 that names the parameter and
 * its range.
 */
bool kc_request_integer(const struct kc_request *request, const char *name, int64_t min, int64_t max,
                        int64_t fallback, int64_t *out, struct kc_reply *reply);

/* The connector of the first path parameter in `view`, or NULL. */
const struct kc_connector_view *kc_request_connector(const struct kc_request *request);

#endif
