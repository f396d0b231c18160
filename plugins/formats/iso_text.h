/* iso_text.h - dates and times of day as ISO 8601 in UTC, in the three forms that Kafka Connect writes and reads. */
#ifndef KC_FORMATS_ISO_TEXT_H
#define KC_FORMATS_ISO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any of them; years have as many digits as they need, at least four, and a sign before year 0. */
enum { KC_ISO_BYTES = 48 };

/* Each writes at p, which has KC_ISO_BYTES, and returns the end. */
uint8_t *kc_put_iso_date(uint8_t *p, int64_t days); /* 2021-03-03 */
uint8_t *kc_put_iso_time(uint8_t *p,
                         int64_t ms); /* 05:21:10.000Z; hours may exceed 23 and never fall below 0 */
uint8_t *kc_put_iso_timestamp(uint8_t *p, int64_t ms); /* 2021-03-03T05:21:10.000Z */

/* The exact opposite, for years of four digits and times within a day; false: another text. */
bool kc_parse_iso_date(const char *s, size_t n, int64_t *days);
bool kc_parse_iso_time(const char *s, size_t n, int64_t *ms);
bool kc_parse_iso_timestamp(const char *s, size_t n, int64_t *ms);

#endif
