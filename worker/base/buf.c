#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Makes room for `more` bytes and the final NUL. */
static bool reserve(struct kc_buf *b, size_t more)
{
    size_t need, cap;
    char *data;

    if (b->failed || __builtin_add_overflow(b->len, more, &need) || __builtin_add_overflow(need, 1, &need)) {
        b->failed = true;
        return false;
    }
    if (need <= b->cap)
        return true;
    cap = b->cap < 64 ? 64 : b->cap;
    while (cap < need) {
        if (__builtin_mul_overflow(cap, 2, &cap))
            cap = need;
    }
    data = realloc(b->data, cap);
    if (data == NULL) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    return true;
}

void kc_buf_add(struct kc_buf *b, const void *bytes, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n > 0)
        memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void kc_buf_str(struct kc_buf *b, const char *text)
{
    kc_buf_add(b, text, strlen(text));
}

void kc_buf_printf(struct kc_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        b->failed = true;
    else if (reserve(b, (size_t)n)) {
        (void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

static void json_escape(struct kc_buf *b, unsigned char c)
{
    switch (c) {
    case '"': kc_buf_add(b, "\\\"", 2); break;
    case '\\': kc_buf_add(b, "\\\\", 2); break;
    case '\n': kc_buf_add(b, "\\n", 2); break;
    case '\r': kc_buf_add(b, "\\r", 2); break;
    case '\t': kc_buf_add(b, "\\t", 2); break;
    default: kc_buf_printf(b, "\\u%04x", c); break;
    }
}

void kc_buf_json(struct kc_buf *b, const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + n, *plain = p;

    kc_buf_add(b, "\"", 1);
    while (p < end) {
        bool escaped = *p < 0x20 || *p == '"' || *p == '\\';
        size_t length = escaped ? 0 : kc_utf8_length((const char *)p, (size_t)(end - p));

        if (length > 0) {
            p += length;
            continue;
        }
        kc_buf_add(b, plain, (size_t)(p - plain));
        if (escaped)
            json_escape(b, *p);
        else
            kc_buf_add(b, "\xef\xbf\xbd", 3);
        plain = ++p;
    }
    kc_buf_add(b, plain, (size_t)(p - plain));
    kc_buf_add(b, "\"", 1);
}

void kc_buf_clear(struct kc_buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

char *kc_buf_take(struct kc_buf *b)
{
    char *text;

    kc_buf_add(b, "", 0); /* so that an empty buffer gives "" and not NULL */
    if (b->failed) {
        kc_buf_finish(b);
        return NULL;
    }
    text = b->data;
    memset(b, 0, sizeof(*b));
    return text;
}

void kc_buf_finish(struct kc_buf *b)
{
    free(b->data);
    memset(b, 0, sizeof(*b));
}
