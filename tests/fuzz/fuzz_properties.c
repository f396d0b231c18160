/*
 * Any bytes as .properties text: pairs that are no longer than the text, or a sentence without a value. And the same bytes as
 * a value with references in it: spans that lie within it and never overlap.
 */
#include <stdlib.h>
#include <string.h>

#include "base/reference.h"
#include "properties.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t bytes;
    uint8_t sum;
};

static void look(void *arg, struct kc_str key, struct kc_str value)
{
    struct seen *s = arg;

    s->bytes += key.len + value.len;
    for (uint32_t i = 0; i < key.len; i++)
        s->sum ^= (uint8_t)key.ptr[i];
    for (uint32_t i = 0; i < value.len; i++)
        s->sum ^= (uint8_t)value.ptr[i];
}

static void find_references(const char *value)
{
    const char *at = value, *end = value + strlen(value);
    struct kc_reference r;

    for (; kc_reference_next(at, &r); at = r.text + r.len)
        if (r.text < at || r.text + r.len > end || r.provider + r.provider_len >= r.text + r.len ||
            r.path + r.path_len >= r.text + r.len || r.key + r.key_len != r.text + r.len - 1)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct seen seen = {0};
    char *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (kc_properties_each(text, size, look, &seen, &err) == KC_ERR_CONFIG &&
        strncmp(err.message, "line ", 5) != 0)
        abort();
    if (seen.bytes > size)
        abort();
    find_references(text);
    free(text);
    return 0;
}
