#include "iso_text.h"

#include "json_number.h"
#include "zone_rule.h"

enum { DATE_LEN = 10, TIME_LEN = 13, DAY_MS = 86400000 };

static uint8_t *put_digits(uint8_t *p, uint32_t v, int n)
{
    for (int i = n - 1; i >= 0; i--, v /= 10)
        p[i] = (uint8_t)('0' + v % 10);
    return p + n;
}

/* Month and day of a day of the proleptic Gregorian calendar: the inverse of kc_days_from_date(). */
uint8_t *kc_put_iso_date(uint8_t *p, int64_t days)
{
    int64_t from_march = days + 719468, era = (from_march >= 0 ? from_march : from_march - 146096) / 146097;
    int64_t of_era = from_march - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    uint32_t day = (uint32_t)(of_year - (153 * month + 2) / 5 + 1);
    int64_t year = year_of_era + era * 400;

    month = month < 10 ? month + 3 : month - 9;
    year += month <= 2;
    if (year < 0) {
        *p++ = '-';
        year = -year;
    }
    p = year < 10000 ? put_digits(p, (uint32_t)year, 4) : kc_put_i64(p, year);
    *p++ = '-';
    p = put_digits(p, (uint32_t)month, 2);
    *p++ = '-';
    return put_digits(p, day, 2);
}

uint8_t *kc_put_iso_time(uint8_t *p, int64_t ms)
{
    uint64_t rest = ms < 0 ? 0 : (uint64_t)ms, hours = rest / 3600000;

    p = hours < 100 ? put_digits(p, (uint32_t)hours, 2) : kc_put_u64(p, hours);
    *p++ = ':';
    p = put_digits(p, (uint32_t)(rest / 60000 % 60), 2);
    *p++ = ':';
    p = put_digits(p, (uint32_t)(rest / 1000 % 60), 2);
    *p++ = '.';
    p = put_digits(p, (uint32_t)(rest % 1000), 3);
    *p++ = 'Z';
    return p;
}

uint8_t *kc_put_iso_timestamp(uint8_t *p, int64_t ms)
{
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);

    p = kc_put_iso_date(p, days);
    *p++ = 'T';
    return kc_put_iso_time(p, ms - days * DAY_MS);
}

/* n digits as a number, or -1. */
static int32_t digits(const char *s, int n)
{
    int32_t v = 0;

    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

bool kc_parse_iso_date(const char *s, size_t n, int64_t *days)
{
    int32_t year, month, day;

    if (n != DATE_LEN || s[4] != '-' || s[7] != '-')
        return false;
    year = digits(s, 4);
    month = digits(s + 5, 2);
    day = digits(s + 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *days = kc_days_from_date(year, month, day);
    return day <= 28 ||
           *days < (month == 12 ? kc_days_from_date(year + 1, 1, 1) : kc_days_from_date(year, month + 1, 1));
}

bool kc_parse_iso_time(const char *s, size_t n, int64_t *ms)
{
    int32_t hours, minutes, seconds, fraction;

    if (n != TIME_LEN || s[2] != ':' || s[5] != ':' || s[8] != '.' || s[12] != 'Z')
        return false;
    hours = digits(s, 2);
    minutes = digits(s + 3, 2);
    seconds = digits(s + 6, 2);
    fraction = digits(s + 9, 3);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59 || fraction < 0)
        return false;
    *ms = ((hours * 60 + minutes) * INT64_C(60) + seconds) * 1000 + fraction;
    return true;
}

bool kc_parse_iso_timestamp(const char *s, size_t n, int64_t *ms)
{
    int64_t days, time;

    if (n != DATE_LEN + 1 + TIME_LEN || s[DATE_LEN] != 'T' || !kc_parse_iso_date(s, DATE_LEN, &days) ||
        !kc_parse_iso_time(s + DATE_LEN + 1, TIME_LEN, &time))
        return false;
    *ms = days * DAY_MS + time;
    return true;
}
