#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts a text that did not fit before the first byte of the character that was split. */
static void cut_at_character(char *text, size_t size)
{
    size_t end = strlen(text);

    if (end + 1 < size)
        return;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xc0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)text[end - 1] >= 0xc0)
        end--;
    text[end] = '\0';
}

static void put(struct kc_error *err, kc_status status, const char *fmt, va_list ap)
{
    int n;

    err->status = status;
    n = vsnprintf(err->message, sizeof(err->message), fmt, ap);
    if (n < 0)
        err->message[0] = '\0';
    else if ((size_t)n >= sizeof(err->message))
        cut_at_character(err->message, sizeof(err->message));
    for (char *p = err->message; *p != '\0'; p++) {
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    }
}

kc_status kc_fail(struct kc_error *err, kc_status status, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return status;
    va_start(ap, fmt);
    put(err, status, fmt, ap);
    va_end(ap);
    return status;
}

kc_status kc_fail_errno(struct kc_error *err, kc_status status, const char *fmt, ...)
{
    int code = errno;
    char reason[128];
    size_t used;
    va_list ap;

    if (err == NULL)
        return status;
    va_start(ap, fmt);
    put(err, status, fmt, ap);
    va_end(ap);
    used = strlen(err->message);
    (void)snprintf(err->message + used, sizeof(err->message) - used, ": %s",
                   strerror_r(code, reason, sizeof(reason)));
    err->vendor_code = code;
    return status;
}

kc_status kc_wrap(struct kc_error *err, const char *fmt, ...)
{
    char context[sizeof(err->message)], whole[2 * sizeof(err->message) + 4];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(context, sizeof(context), fmt, ap);
    va_end(ap);
    (void)snprintf(whole, sizeof(whole), "%s: %s", context, err->message);
    memcpy(err->message, whole, sizeof(err->message) - 1);
    err->message[sizeof(err->message) - 1] = '\0';
    cut_at_character(err->message, sizeof(err->message));
    return err->status;
}
