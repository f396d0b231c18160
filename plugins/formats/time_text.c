#include "time_text.h"

#include "json_number.h"
#include "zone_rule.h"

/* Two digits as a number below `limit`, or -1. */
static int32_t two(const char *s, int32_t limit)
{
    int32_t tens = s[0] - '0', ones = s[1] - '0';

    if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || tens * 10 + ones >= limit)
        return -1;
    return tens * 10 + ones;
}

/* Z, or the distance of the local clock from UTC in seconds; the rest of the text must be just that. */
static bool offset(const char *s, size_t n, int64_t *seconds)
{
    int32_t hours, minutes;

    *seconds = 0;
    if (n == 1 && s[0] == 'Z')
        return true;
    if (n != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':')
        return false;
    hours = two(s + 1, 24);
    minutes = two(s + 4, 60);
    if (hours < 0 || minutes < 0)
        return false;
    *seconds = (hours * 60 + minutes) * INT64_C(60) * (s[0] == '-' ? -1 : 1);
    return true;
}

bool kc_parse_instant(const char *s, size_t n, int64_t *us)
{
    int32_t century, years, month, day, hour, minute, second;
    int64_t fraction = 0, weight = 100000, shift, days;
    size_t at = 19;

    if (n < 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':')
        return false;
    century = two(s, 100);
    years = two(s + 2, 100);
    month = two(s + 5, 13);
    day = two(s + 8, 32);
    hour = two(s + 11, 24);
    minute = two(s + 14, 60);
    second = two(s + 17, 60);
    if (century < 0 || years < 0 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0)
        return false;
    if (s[at] == '.')
        for (at++; at < n && s[at] >= '0' && s[at] <= '9'; at++, weight /= 10)
            fraction += (s[at] - '0') * weight;
    if (!offset(s + at, n - at, &shift))
        return false;
    years += century * 100;
    days = kc_days_from_date(years, month, day);
    if (day > 28 &&
        days >= (month == 12 ? kc_days_from_date(years + 1, 1, 1) : kc_days_from_date(years, month + 1, 1)))
        return false;
    *us = (days * 86400 + hour * 3600 + minute * 60 + second - shift) * 1000000 + fraction;
    return true;
}

static uint8_t *put_padded_number(uint8_t *p, uint32_t v, int digits)
{
    for (int i = digits - 1; i >= 0; i--, v /= 10)
        p[i] = (uint8_t)('0' + v % 10);
    return p + digits;
}

size_t kc_duration_text(uint8_t *dst, int64_t us)
{
    uint64_t rest = us < 0 ? 0 - (uint64_t)us : (uint64_t)us, seconds = rest / 1000000,
             hours = seconds / 3600;
    uint8_t *p = dst;

    if (us < 0)
        *p++ = '-';
    p = hours < 100 ? put_padded_number(p, (uint32_t)hours, 2) : kc_put_u64(p, hours);
    *p++ = ':';
    p = put_padded_number(p, (uint32_t)(seconds / 60 % 60), 2);
    *p++ = ':';
    p = put_padded_number(p, (uint32_t)(seconds % 60), 2);
    if (rest % 1000000 != 0) {
        *p++ = '.';
        p = put_padded_number(p, (uint32_t)(rest % 1000000), 6);
    }
    return (size_t)(p - dst);
}
