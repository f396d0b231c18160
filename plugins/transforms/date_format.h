/*
 * date_format.h - the patterns of java.text.SimpleDateFormat, in UTC and with English names.
 *
 * Letters: y M d D E u a H k K h m s S z Z X; text between quotes. The calendar is the Gregorian one for all times, where
 * Java has the Julian one before October 1582. Parsing is lenient as Java's: a month 13 is the January after, text behind
 * what the pattern wants is ignored.
 */
#ifndef KC_TRANSFORMS_DATE_FORMAT_H
#define KC_TRANSFORMS_DATE_FORMAT_H

#include "smt.h"

enum { KC_DATE_TEXT = 512 };

struct kc_date_token {
    char letter;        /* 0: literal text */
    uint32_t n;         /* how often the letter is there */
    struct kc_str text; /* of a literal */
};

struct kc_date_format {
    struct kc_str pattern;
    struct kc_date_token *tokens;
    uint32_t n;
    int64_t
        century_start_ms; /* years of two digits mean those from here on: 80 years before the pattern was read */
};

/* Reads a pattern into memory of the transform. KC_ERR_CONFIG: a letter that is not supported, an open quote. */
kc_status kc_date_format_read(struct kc_smt *s, struct kc_str pattern, struct kc_date_format *out,
                              struct kc_error *err);
/* Writes a time in ms; returns the length, or 0: more than KC_DATE_TEXT bytes. */
uint32_t kc_date_format_write(const struct kc_date_format *f, int64_t ms, char out[KC_DATE_TEXT]);
/* Reads a time; false: the text does not match. */
bool kc_date_format_parse(const struct kc_date_format *f, struct kc_str text, int64_t *ms);

/* Days since 1970-01-01 of a date, its month any number from 1 on; and back. */
int64_t kc_days_of(int64_t year, int64_t month, int64_t day);
void kc_date_of(int64_t days, int64_t *year, int *month, int *day);

int64_t kc_floor_div(int64_t a, int64_t b);
/* Milliseconds since midnight, for any time. */
int64_t kc_ms_of_day(int64_t ms);

enum { KC_DAY_MS = 86400000 };

#endif
