/* calendar.h - days, dates and texts of them, proleptic Gregorian, without time zones. */
#ifndef KC_MYSQL_CALENDAR_H
#define KC_MYSQL_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fields as MySQL keeps them; a zero or impossible date is representable. */
struct kc_civil {
    uint32_t year; /* 0 to 9999 */
    uint32_t month;
    uint32_t day;
    uint32_t hour;
    uint32_t minute;
    uint32_t second;
    uint32_t microsecond;
};

/* True for a date that exists; zero dates, partly zero dates and 31 February are none. */
bool kc_civil_has_date(const struct kc_civil *c);

/* Days since 1970-01-01 of a date that exists. */
int64_t kc_civil_days(const struct kc_civil *c);

/* Microseconds since 1970-01-01 00:00:00, the wall clock read as UTC. */
int64_t kc_civil_microseconds(const struct kc_civil *c);

/* The fields of an instant, 0 or later, in UTC. */
struct kc_civil kc_civil_from_seconds(uint64_t seconds);

enum { KC_ISO_TEXT_BYTES = 27 }; /* 2021-03-03T05:21:10.123456Z */

/* Writes the ISO-8601 text with exactly `digits` (0 to 6) digits of a fraction, and Z; returns its length, no NUL. */
uint32_t kc_civil_print_utc(const struct kc_civil *c, unsigned digits, char text[KC_ISO_TEXT_BYTES]);

enum { KC_SQL_TEXT_BYTES = 27 }; /* 2021-03-03 05:21:10.123456, and room for one more */

/* Writes YYYY-MM-DD hh:mm:ss with `digits` (0 to 6) digits of a fraction, any fields; returns its length, no NUL. */
uint32_t kc_civil_print_sql(const struct kc_civil *c, unsigned digits, char text[KC_SQL_TEXT_BYTES]);

/* Writes YYYY-MM-DD, likewise. */
uint32_t kc_civil_print_date(const struct kc_civil *c, char text[KC_SQL_TEXT_BYTES]);

/* Reads "YYYY-MM-DD", and with `time` set " hh:mm:ss[.ffffff]" too; false: other text. */
bool kc_civil_parse(const char *text, size_t len, bool time, struct kc_civil *out);

/* Reads a row image's fraction of (digits + 1) / 2 bytes, big-endian; microseconds. */
uint32_t kc_fraction_read(const uint8_t *p, unsigned digits);

#endif
