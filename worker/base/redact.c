#include "base/redact.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* Never changed and never freed once it is in the list, so that no reader needs a lock. */
struct hidden {
    struct hidden *next;
    char *value, *instead;
    size_t len;
};

static _Atomic(struct hidden *) first;

kc_status kc_redact_add(const char *value, const char *instead)
{
    size_t n = strlen(value);
    struct hidden *h;

    while (n > 0 && isspace((unsigned char)*value))
        value++, n--;
    while (n > 0 && isspace((unsigned char)value[n - 1]))
        n--;
    if (n < KC_REDACT_MIN_BYTES)
        return KC_OK;
    for (h = atomic_load(&first); h != NULL; h = h->next)
        if (h->len == n && memcmp(h->value, value, n) == 0)
            return KC_OK;
    h = calloc(1, sizeof(*h));
    if (h != NULL) {
        h->value = strndup(value, n);
        h->instead = strdup(instead);
        h->len = n;
        h->next = atomic_load(&first);
    }
    if (h == NULL || h->value == NULL || h->instead == NULL) {
        if (h != NULL) {
            free(h->value);
            free(h->instead);
        }
        free(h);
        return KC_ERR_NOMEM;
    }
    atomic_store(&first, h);
    return KC_OK;
}

/* The longest value that stands at `text`; NULL: none. */
static const struct hidden *at(const char *text)
{
    const struct hidden *best = NULL;

    for (const struct hidden *h = atomic_load(&first); h != NULL; h = h->next)
        if ((best == NULL || h->len > best->len) && strncmp(text, h->value, h->len) == 0)
            best = h;
    return best;
}

/* Where a text that had to be cut ends with the beginning of a value: the length without that. */
static size_t without_torn_value(const char *text, size_t len)
{
    for (const struct hidden *h = atomic_load(&first); h != NULL; h = h->next) {
        size_t n = h->len - 1 < len ? h->len - 1 : len;

        for (; n >= KC_REDACT_MIN_BYTES / 2; n--)
            if (memcmp(text + len - n, h->value, n) == 0)
                return len - n;
    }
    return len;
}

static bool holds_any(const char *text)
{
    for (const struct hidden *h = atomic_load(&first); h != NULL; h = h->next)
        if (strstr(text, h->value) != NULL)
            return true;
    return false;
}

void kc_redact(char *text, size_t size)
{
    size_t len, n;
    struct kc_buf out = {0};

    if (atomic_load(&first) == NULL)
        return;
    len = strlen(text);
    if (len + 1 >= size) {
        len = without_torn_value(text, len);
        text[len] = '\0';
    }
    if (!holds_any(text))
        return;
    for (const char *p = text; *p != '\0';) {
        const struct hidden *h = at(p);

        if (h != NULL)
            kc_buf_str(&out, h->instead);
        else
            kc_buf_add(&out, p, 1);
        p += h != NULL ? h->len : 1;
    }
    n = out.failed ? 0 : out.len < size - 1 ? out.len : size - 1; /* rather nothing than the value */
    while (n > 0 && n < out.len && ((uint8_t)out.data[n] & 0xc0) == 0x80)
        n--; /* cut at a character */
    if (n > 0)
        memcpy(text, out.data, n);
    text[n] = '\0';
    kc_buf_finish(&out);
}
