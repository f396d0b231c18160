#include "request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "media.h"

enum { RETRY_STARTING_S = 2 };

static void reply_options(const struct kc_request *q, struct kc_reply *reply)
{
    kc_router_allow(q->route, reply->allow, sizeof(reply->allow));
    kc_buf_str(&reply->body, reply->allow);
    reply->status = KC_HTTP_OK;
    reply->media = KC_MEDIA_TEXT;
}

/* Routes; false: the reply is complete. */
static bool route(struct kc_request *q, const struct kc_route *routes, size_t n_routes,
                  struct kc_reply *reply)
{
    q->route = kc_router_find(routes, n_routes, &q->uri, q->params);
    if (q->route == NULL) {
        kc_reply_http_error(reply, KC_HTTP_NOT_FOUND);
        return false;
    }
    if (strcmp(q->head.method, "OPTIONS") == 0) {
        reply_options(q, reply);
        return false;
    }
    if (!kc_method_parse(q->head.method, &q->method) || q->route->handlers[q->method] == NULL) {
        kc_reply_http_error(reply, KC_HTTP_METHOD_NOT_ALLOWED);
        kc_router_allow(q->route, reply->allow, sizeof(reply->allow));
        return false;
    }
    return true;
}

static void reply_too_large(const struct kc_request *q, struct kc_reply *reply)
{
    kc_reply_error(reply, KC_HTTP_TOO_LARGE,
                   "The body of the request is larger than the %" PRId64
                   " bytes that rest.request.max.bytes allows.",
                   q->context->config->max_request_bytes);
}

bool kc_request_begin(struct kc_request *q, const struct kc_route *routes, size_t n_routes,
                      struct kc_reply *reply)
{
    switch (kc_uri_parse(&q->uri, q->head.target)) {
    case KC_URI_OK: break;
    case KC_URI_NO_MEMORY: reply->body.failed = true; return false;
    case KC_URI_MALFORMED:
        kc_reply_error(
            reply, KC_HTTP_BAD_REQUEST,
            "The path or the query is not UTF-8 in percent-encoding: a literal %% is written %%25.");
        return false;
    }
    if (!route(q, routes, n_routes, reply))
        return false;
    if (q->method != KC_GET && q->head.has_body && !kc_media_is_json(q->head.content_type)) {
        kc_reply_http_error(reply, KC_HTTP_UNSUPPORTED_MEDIA);
        return false;
    }
    if ((q->route->flags & KC_ROUTE_TEXT) == 0 && !kc_media_accepts_json(q->head.accept)) {
        kc_reply_http_error(reply, KC_HTTP_NOT_ACCEPTABLE);
        return false;
    }
    if (q->head.body_bytes > q->context->config->max_request_bytes) {
        reply_too_large(q, reply);
        return false;
    }
    return true;
}

bool kc_request_body(struct kc_request *q, const char *bytes, size_t n, struct kc_reply *reply)
{
    if (n > (size_t)q->context->config->max_request_bytes - q->body.len) {
        kc_buf_finish(&q->body);
        memset(&q->body, 0, sizeof(q->body));
        reply_too_large(q, reply);
        return false;
    }
    kc_buf_add(&q->body, bytes, n);
    return true;
}

/* Whether the fleet is known well enough for this route; false: the reply says to come back. */
static bool fleet_known(struct kc_request *q, struct kc_reply *reply)
{
    char *trouble;

    if ((q->route->flags & KC_ROUTE_EARLY) != 0 || (q->view != NULL && q->view->caught_up))
        return true;
    trouble = q->fleet == NULL ? NULL : kc_fleet_trouble(q->fleet);
    if (trouble != NULL)
        kc_reply_error(reply, KC_HTTP_INTERNAL, "%s", trouble);
    else
        kc_reply_unavailable(reply, RETRY_STARTING_S,
                             "The worker is starting: it is still reading the fleet's topics from Kafka.");
    free(trouble);
    return false;
}

void kc_request_run(struct kc_request *q, struct kc_reply *reply)
{
    if (q->fleet != NULL)
        q->view = kc_fleet_view_get(q->fleet);
    if (q->body.failed)
        reply->body.failed = true;
    else if (fleet_known(q, reply))
        q->route->handlers[q->method](q, reply);
    kc_reply_seal(reply);
}

void kc_api_request_finish(struct kc_request *q)
{
    if (q->view != NULL)
        kc_fleet_view_put(q->view);
    q->view = NULL;
    kc_uri_finish(&q->uri);
    kc_buf_finish(&q->body);
    memset(&q->body, 0, sizeof(q->body));
}

void kc_request_refresh(struct kc_request *q)
{
    if (q->view != NULL)
        kc_fleet_view_put(q->view);
    q->view = kc_fleet_view_get(q->fleet);
}

cJSON *kc_request_object(struct kc_request *q, const char *expected, struct kc_reply *reply)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *value;

    if (q->body.len == 0) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "The request has no body; expected is %s.", expected);
        return NULL;
    }
    value = kc_json_parse(q->body.data, q->body.len, &err);
    if (value == NULL) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "The body is refused: %s; expected is %s.", err.message,
                       expected);
        return NULL;
    }
    if (!cJSON_IsObject(value)) {
        cJSON_Delete(value);
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "The body is no JSON object; expected is %s.", expected);
        return NULL;
    }
    return value;
}

bool kc_request_flag(const struct kc_request *q, const char *name)
{
    const char *value = kc_uri_parameter(&q->uri, name);

    return value != NULL && strcasecmp(value, "true") == 0;
}

bool kc_request_integer(const struct kc_request *q, const char *name, int64_t min, int64_t max,
                        int64_t fallback, int64_t *out, struct kc_reply *reply)
{
    const char *text = kc_uri_parameter(&q->uri, name);
    long long value;
    char *end;

    if (text == NULL) {
        *out = fallback;
        return true;
    }
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || value < min || value > max) {
        if (max == INT64_MAX)
            kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                           "The parameter %s must be an integer of at least %" PRId64 ".", name, min);
        else
            kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                           "The parameter %s must be an integer from %" PRId64 " to %" PRId64 ".", name, min,
                           max);
        return false;
    }
    *out = value;
    return true;
}

const struct kc_connector_view *kc_request_connector(const struct kc_request *q)
{
    return kc_fleet_find(q->view, q->params[0]);
}
