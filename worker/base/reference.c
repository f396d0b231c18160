#include "base/reference.h"

#include <string.h>

bool kc_reference_next(const char *from, struct kc_reference *out)
{
    for (const char *start = strstr(from, "${"); start != NULL; start = strstr(start + 1, "${")) {
        const char *provider = start + 2, *end = strchr(provider, '}'), *colon, *second;

        if (end == NULL)
            return false;
        colon = memchr(provider, ':', (size_t)(end - provider));
        if (colon == NULL)
            continue;
        second = memchr(colon + 1, ':', (size_t)(end - colon - 1));
        *out = (struct kc_reference){.text = start,
                                     .len = (size_t)(end + 1 - start),
                                     .provider = provider,
                                     .provider_len = (size_t)(colon - provider),
                                     .path = colon + 1,
                                     .path_len = second == NULL ? 0 : (size_t)(second - colon - 1),
                                     .key = second == NULL ? colon + 1 : second + 1};
        out->key_len = (size_t)(end - out->key);
        return true;
    }
    return false;
}

bool kc_reference_is_of(const struct kc_reference *r, const char *name)
{
    return strlen(name) == r->provider_len && memcmp(name, r->provider, r->provider_len) == 0;
}

bool kc_reference_has_name(const struct kc_reference *r)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

    return r->provider_len > 0 && strspn(r->provider, allowed) >= r->provider_len;
}

bool kc_reference_is_all(const char *value)
{
    struct kc_reference r;

    return kc_reference_next(value, &r) && r.text == value && value[r.len] == '\0' &&
           kc_reference_has_name(&r);
}
