/*
 * router.h - from a method and a path to a handler, through one constant table. No input or output, no state.
 */
#ifndef KC_API_ROUTER_H
#define KC_API_ROUTER_H

#include "uri.h"

struct kc_request;
struct kc_reply;

typedef void kc_handler(struct kc_request *request, struct kc_reply *reply);

enum kc_method { KC_GET, KC_POST, KC_PUT, KC_PATCH, KC_DELETE, KC_METHODS };

/* kc_route.flags */
enum {
    KC_ROUTE_EARLY = 1 << 0, /* answers before the worker has caught up with the fleet's topics */
    KC_ROUTE_TEXT = 1 << 1,  /* answers with its own text, whatever Accept says */
};

/* One line for each path. A segment "*" of the pattern matches anything and becomes a parameter. */
struct kc_route {
    const char *pattern; /* "/connectors/" "*" "/status" */
    kc_handler *handlers[KC_METHODS];
    unsigned flags;
};

#define KC_ROUTE_PARAMETERS 2

/*
 * The route for a path, and in params[] what stood for each "*" (borrowed from `uri`). NULL: no such path. Of
 * two patterns that match the first wins.
 */
const struct kc_route *kc_router_find(const struct kc_route *routes, size_t n, const struct kc_uri *uri,
                                      const char *params[KC_ROUTE_PARAMETERS]);

/* HEAD counts as GET. False: a method that no route has (OPTIONS is not a method of a route). */
bool kc_method_parse(const char *text, enum kc_method *out);

/* Writes what the Allow header of a route says, such as "GET, HEAD, OPTIONS". */
void kc_router_allow(const struct kc_route *route, char *text, size_t size);

#endif
