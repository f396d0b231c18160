/* time_text.h - instants and durations as text. */
#ifndef KC_FORMATS_TIME_TEXT_H
#define KC_FORMATS_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KC_TIME_TEXT_BYTES = 32 };

/*
 * Reads an ISO 8601 instant, YYYY-MM-DDThh:mm:ss[.f...](Z|+hh:mm|-hh:mm), as microseconds since the epoch; digits behind
 * the microsecond are dropped. False: another form, or no such date or time (24:00 and leap seconds included).
 */
bool kc_parse_instant(const char *s, size_t n, int64_t *us);

/* A duration in microseconds as MySQL shows a TIME: [-]hh:mm:ss, six more digits where there is a fraction.
 * dst has KC_TIME_TEXT_BYTES; returns the length, without a NUL. */
size_t kc_duration_text(uint8_t *dst, int64_t us);

#endif
