#include "router.h"

#include <stdio.h>
#include <string.h>

static bool matches(const char *pattern, const struct kc_uri *uri, const char *params[KC_ROUTE_PARAMETERS])
{
    size_t segment = 0, param = 0;

    while (*pattern == '/') {
        size_t n = strcspn(++pattern, "/");

        if (n == 0)
            break; /* the pattern of the root */
        if (segment == uri->n_segments)
            return false;
        if (n == 1 && *pattern == '*') {
            if (param < KC_ROUTE_PARAMETERS)
                params[param++] = uri->segments[segment];
        } else if (strlen(uri->segments[segment]) != n || memcmp(uri->segments[segment], pattern, n) != 0) {
            return false;
        }
        segment++;
        pattern += n;
    }
    return segment == uri->n_segments;
}

const struct kc_route *kc_router_find(const struct kc_route *routes, size_t n, const struct kc_uri *uri,
                                      const char *params[KC_ROUTE_PARAMETERS])
{
    if (uri->too_deep)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        for (size_t p = 0; p < KC_ROUTE_PARAMETERS; p++)
            params[p] = NULL;
        if (matches(routes[i].pattern, uri, params))
            return &routes[i];
    }
    return NULL;
}

static const char *const names[KC_METHODS] = {
    [KC_GET] = "GET", [KC_POST] = "POST", [KC_PUT] = "PUT", [KC_PATCH] = "PATCH", [KC_DELETE] = "DELETE"};

bool kc_method_parse(const char *text, enum kc_method *out)
{
    if (strcmp(text, "HEAD") == 0) {
        *out = KC_GET;
        return true;
    }
    for (int i = 0; i < KC_METHODS; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum kc_method)i;
            return true;
        }
    }
    return false;
}

void kc_router_allow(const struct kc_route *route, char *text, size_t size)
{
    size_t n = 0;

    for (int i = 0; i < KC_METHODS && n < size; i++)
        if (route->handlers[i] != NULL)
            n += (size_t)snprintf(text + n, size - n, "%s, %s", names[i], i == KC_GET ? "HEAD, " : "");
    if (n < size)
        (void)snprintf(text + n, size - n, "OPTIONS");
}
