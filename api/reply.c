#include "reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char NO_MEMORY[] = "{\"error_code\":500,\"message\":\"The worker is out of memory.\"}";

void kc_reply_finish(struct kc_reply *r)
{
    kc_buf_finish(&r->body);
    free(r->location);
    memset(r, 0, sizeof(*r));
}

void kc_reply_json(struct kc_reply *r, unsigned status)
{
    r->status = status;
    r->media = KC_MEDIA_JSON;
}

void kc_reply_empty(struct kc_reply *r, unsigned status)
{
    kc_buf_clear(&r->body);
    r->status = status;
    r->media = NULL;
}

static void error_text(struct kc_reply *r, unsigned status, const char *fmt, va_list args)
{
    char *text = NULL;
    int n = vasprintf(&text, fmt, args);

    kc_buf_clear(&r->body);
    kc_reply_json(r, status);
    if (n < 0) {
        r->body.failed = true;
        return;
    }
    kc_buf_printf(&r->body, "{\"error_code\":%u,\"message\":", status);
    kc_buf_json(&r->body, text, (size_t)n);
    kc_buf_str(&r->body, "}");
    free(text);
}

void kc_reply_error(struct kc_reply *r, unsigned status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    error_text(r, status, fmt, args);
    va_end(args);
}

void kc_reply_unavailable(struct kc_reply *r, unsigned retry_after_s, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    error_text(r, KC_HTTP_UNAVAILABLE, fmt, args);
    va_end(args);
    r->retry_after_s = retry_after_s;
}

static const char *reason(unsigned status)
{
    switch (status) {
    case KC_HTTP_BAD_REQUEST: return "Bad Request";
    case KC_HTTP_NOT_FOUND: return "Not Found";
    case KC_HTTP_METHOD_NOT_ALLOWED: return "Method Not Allowed";
    case KC_HTTP_NOT_ACCEPTABLE: return "Not Acceptable";
    case KC_HTTP_TOO_LARGE: return "Content Too Large";
    case KC_HTTP_UNSUPPORTED_MEDIA: return "Unsupported Media Type";
    default: return "Internal Server Error";
    }
}

void kc_reply_http_error(struct kc_reply *r, unsigned status)
{
    kc_reply_error(r, status, "HTTP %u %s", status, reason(status));
}

void kc_reply_seal(struct kc_reply *r)
{
    if (!r->body.failed)
        return;
    kc_buf_finish(&r->body);
    memset(&r->body, 0, sizeof(r->body));
    free(r->location);
    r->location = NULL;
    r->status = KC_HTTP_INTERNAL;
    r->media = KC_MEDIA_JSON;
    kc_buf_str(&r->body, NO_MEMORY);
}
