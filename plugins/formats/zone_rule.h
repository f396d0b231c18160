/*
 * zone_rule.h - the rule behind the last transition of a TZif file: a POSIX TZ string as RFC 8536 section 3.3 uses it,
 * such as "EST5EDT,M3.2.0,M11.1.0".
 */
#ifndef KC_FORMATS_ZONE_RULE_H
#define KC_FORMATS_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct kc_zone_change {
    int64_t at_s;     /* Unix seconds from which the offset holds */
    int32_t offset_s; /* seconds east of UTC */
    uint32_t reserved;
};

struct kc_zone_day {
    char form; /* 'M' month.week.day, 'J' day 1..365 without 29 February, 'n' day 0..365 */
    int32_t month, week, day;
    int32_t time_s; /* local time of the change, may be negative or beyond a day */
};

struct kc_zone_rule {
    int32_t standard_s;
    int32_t summer_s;
    bool has_summer;
    struct kc_zone_day start, end;
};

/* Reads the text; false: not understood, *out is then undefined. */
bool kc_zone_rule_parse(const char *text, struct kc_zone_rule *out);

/* Both changes of a year, the earlier first. Only for rules with summer time. */
void kc_zone_rule_year(const struct kc_zone_rule *rule, int64_t year, struct kc_zone_change out[2]);

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar; month 1..12, day counts from 1. */
int64_t kc_days_from_date(int64_t year, int32_t month, int32_t day);

/* The year in which a day lies. */
int64_t kc_year_of_day(int64_t days);

#endif
