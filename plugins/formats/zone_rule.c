#include "zone_rule.h"

#include <string.h>

int64_t kc_days_from_date(int64_t year, int32_t month, int32_t day)
{
    /* Years begin on 1 March here, so that the leap day is the last; an era is 400 years. */
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t kc_year_of_day(int64_t days)
{
    int64_t year = 1970 + days / 366; /* never ahead for days after 1970, never behind before */

    while (kc_days_from_date(year + 1, 1, 1) <= days)
        year++;
    while (kc_days_from_date(year, 1, 1) > days)
        year--;
    return year;
}

static bool number(const char **p, int32_t most, int32_t *out)
{
    int32_t v = 0;

    if (**p < '0' || **p > '9')
        return false;
    for (; **p >= '0' && **p <= '9'; (*p)++)
        if ((v = v * 10 + (**p - '0')) > most)
            return false;
    *out = v;
    return true;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool clock_time(const char **p, int32_t *out)
{
    int32_t hours, minutes = 0, seconds = 0, sign = 1;

    if (**p == '+' || **p == '-')
        sign = *(*p)++ == '-' ? -1 : 1;
    if (!number(p, 167, &hours)) /* RFC 8536 section 3.3.1 widens POSIX's 24 */
        return false;
    if (**p == ':') {
        (*p)++;
        if (!number(p, 59, &minutes))
            return false;
        if (**p == ':') {
            (*p)++;
            if (!number(p, 59, &seconds))
                return false;
        }
    }
    *out = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool skip_name(const char **p)
{
    const char *from = *p;

    if (**p == '<') {
        const char *close = strchr(*p, '>');

        if (close == NULL)
            return false;
        *p = close + 1;
        return true;
    }
    while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
        (*p)++;
    return *p - from >= 3;
}

static bool change_day(const char **p, struct kc_zone_day *out)
{
    memset(out, 0, sizeof(*out));
    out->time_s = 2 * 3600;
    if (*(*p)++ != ',')
        return false;
    if (**p == 'M') {
        out->form = 'M';
        (*p)++;
        if (!number(p, 12, &out->month) || out->month < 1 || *(*p)++ != '.' || !number(p, 5, &out->week) ||
            out->week < 1 || *(*p)++ != '.' || !number(p, 6, &out->day))
            return false;
    } else {
        out->form = 'n';
        if (**p == 'J') {
            out->form = 'J';
            (*p)++;
        }
        if (!number(p, 365, &out->day) || (out->form == 'J' && out->day < 1))
            return false;
    }
    if (**p == '/') {
        (*p)++;
        return clock_time(p, &out->time_s);
    }
    return true;
}

bool kc_zone_rule_parse(const char *text, struct kc_zone_rule *out)
{
    const char *p = text;
    int32_t west;

    memset(out, 0, sizeof(*out));
    if (!skip_name(&p) || !clock_time(&p, &west))
        return false;
    out->standard_s = -west; /* POSIX counts westwards */
    if (*p == 0)
        return true;
    if (!skip_name(&p))
        return false;
    out->has_summer = true;
    out->summer_s = out->standard_s + 3600;
    if (*p != ',') {
        if (!clock_time(&p, &west))
            return false;
        out->summer_s = -west;
    }
    return change_day(&p, &out->start) && change_day(&p, &out->end) && *p == 0;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t day_in_year(const struct kc_zone_day *d, int64_t year)
{
    int64_t first, day;

    if (d->form == 'n')
        return kc_days_from_date(year, 1, 1) + d->day;
    if (d->form == 'J')
        return kc_days_from_date(year, 1, 1) + d->day - 1 + (is_leap(year) && d->day >= 60);
    first = kc_days_from_date(year, d->month, 1);
    /* 1970-01-01 was a Thursday, day 4 of a week that begins on Sunday. */
    day = first + (d->day - ((first + 4) % 7 + 7) % 7 + 7) % 7 + (d->week - 1) * 7;
    if (d->month == 12 ? day >= kc_days_from_date(year + 1, 1, 1)
                       : day >= kc_days_from_date(year, d->month + 1, 1))
        day -= 7; /* week 5 means the last */
    return day;
}

void kc_zone_rule_year(const struct kc_zone_rule *rule, int64_t year, struct kc_zone_change out[2])
{
    struct kc_zone_change on = {
        day_in_year(&rule->start, year) * 86400 + rule->start.time_s - rule->standard_s, rule->summer_s, 0};
    struct kc_zone_change off = {day_in_year(&rule->end, year) * 86400 + rule->end.time_s - rule->summer_s,
                                 rule->standard_s, 0};
    bool north = on.at_s <= off.at_s;

    out[0] = north ? on : off;
    out[1] = north ? off : on;
}
