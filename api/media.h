/* media.h - the two headers that decide whether we speak the same language: Content-Type and Accept. */
#ifndef KC_API_MEDIA_H
#define KC_API_MEDIA_H

#include <stdbool.h>

/* True when a request's Content-Type is application/json, with or without parameters. NULL: false. */
bool kc_media_is_json(const char *content_type);

/* True when an Accept header lets us answer with application/json (RFC 9110, 12.5.1). NULL or empty: true. */
bool kc_media_accepts_json(const char *accept);

#endif
