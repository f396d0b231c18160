/*
 * reply.h - what a handler answers with: a status, a body written straight as JSON, a few headers. Knows no
 * HTTP library.
 */
#ifndef KC_API_REPLY_H
#define KC_API_REPLY_H

#include <stdarg.h>

#include "base/buf.h"

#define KC_MEDIA_JSON "application/json"
#define KC_MEDIA_TEXT "text/plain"

enum kc_http_status {
    KC_HTTP_OK = 200,
    KC_HTTP_CREATED = 201,
    KC_HTTP_ACCEPTED = 202,
    KC_HTTP_NO_CONTENT = 204,
    KC_HTTP_BAD_REQUEST = 400,
    KC_HTTP_FORBIDDEN = 403,
    KC_HTTP_NOT_FOUND = 404,
    KC_HTTP_METHOD_NOT_ALLOWED = 405,
    KC_HTTP_NOT_ACCEPTABLE = 406,
    KC_HTTP_CONFLICT = 409,
    KC_HTTP_TOO_LARGE = 413,
    KC_HTTP_UNSUPPORTED_MEDIA = 415,
    KC_HTTP_INTERNAL = 500,
    KC_HTTP_UNAVAILABLE = 503,
};

/* One answer; belongs to one request's thread. Zero-initialise, kc_reply_finish() at the end. */
struct kc_reply {
    unsigned status;   /* enum kc_http_status; 0: nothing decided yet */
    const char *media; /* of the body; NULL: there is no body */
    struct kc_buf body;
    char *location;         /* header Location; NULL: none */
    char allow[64];         /* header Allow; "": none */
    unsigned retry_after_s; /* header Retry-After; 0: none */
};

void kc_reply_finish(struct kc_reply *r);

/* Says that `body` holds the JSON to answer with. */
void kc_reply_json(struct kc_reply *r, unsigned status);
/* An answer without a body. */
void kc_reply_empty(struct kc_reply *r, unsigned status);
/* {"error_code": status, "message": text}: Kafka Connect's error object. Replaces what the body held. */
__attribute__((format(printf, 3, 4))) void kc_reply_error(struct kc_reply *r, unsigned status,
                                                          const char *fmt, ...);
/* Kafka Connect's text for an error of the HTTP layer, such as "HTTP 404 Not Found". */
void kc_reply_http_error(struct kc_reply *r, unsigned status);
/* As kc_reply_error() with status 503 and a Retry-After. */
__attribute__((format(printf, 3, 4))) void kc_reply_unavailable(struct kc_reply *r, unsigned retry_after_s,
                                                                const char *fmt, ...);

/*
 * Looks at what memory shortage did to the body: turns it into a 500 that needs no memory. Call once, before
 * sending.
 */
void kc_reply_seal(struct kc_reply *r);

#endif
