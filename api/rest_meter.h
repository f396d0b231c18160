/*
 * rest_meter.h - how many requests came, what they were answered, and how long that took.
 *
 * By method, route (the pattern, so that names of connectors make no series) and status. Bounded by the table of routes.
 * Any thread.
 */
#ifndef KC_API_REST_METER_H
#define KC_API_REST_METER_H

#include "base/buf.h"

struct kc_rest_meter;

struct kc_rest_meter *kc_rest_meter_create(void);
void kc_rest_meter_destroy(struct kc_rest_meter *m); /* NULL is ignored */

/* `pattern` is the route's and outlives the meter; NULL: there was none. A meter of NULL is ignored. */
void kc_rest_meter_note(struct kc_rest_meter *m, const char *method, const char *pattern, unsigned status,
                        int64_t ms);
/* Writes the families. */
void kc_rest_meter_expose(struct kc_rest_meter *m, struct kc_buf *out);

#endif
