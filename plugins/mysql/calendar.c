#include "calendar.h"

#include "le.h"

bool kc_civil_has_date(const struct kc_civil *c)
{
    static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0);

    return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days[c->month] + (uint32_t)(leap && c->month == 2);
}

/* Counts from 1 March of year 0, so that the leap day is a year's last. */
int64_t kc_civil_days(const struct kc_civil *c)
{
    enum { DAYS_OF_400_YEARS = 146097, DAYS_TO_1970 = 719468 };
    int64_t year = (int64_t)c->year - (c->month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * ((int64_t)c->month + (c->month > 2 ? -3 : 9)) + 2) / 5 + c->day - 1;

    return era * DAYS_OF_400_YEARS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           DAYS_TO_1970;
}

int64_t kc_civil_microseconds(const struct kc_civil *c)
{
    int64_t seconds =
        kc_civil_days(c) * 86400 + c->hour * INT64_C(3600) + c->minute * INT64_C(60) + c->second;

    return seconds * 1000000 + c->microsecond;
}

struct kc_civil kc_civil_from_seconds(uint64_t seconds)
{
    enum { DAYS_OF_400_YEARS = 146097, DAYS_TO_1970 = 719468 };
    uint64_t days = seconds / 86400 + DAYS_TO_1970, era = days / DAYS_OF_400_YEARS,
             of_era = days % DAYS_OF_400_YEARS;
    uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    uint32_t second = (uint32_t)(seconds % 86400);
    struct kc_civil c = {.day = (uint32_t)(of_year - (153 * month + 2) / 5 + 1),
                         .month = (uint32_t)(month < 10 ? month + 3 : month - 9),
                         .hour = second / 3600,
                         .minute = second / 60 % 60,
                         .second = second % 60};

    c.year = (uint32_t)(year + era * 400 + (c.month <= 2));
    return c;
}

static char *put(char *p, uint32_t value, unsigned digits, char after)
{
    for (unsigned i = digits; i-- > 0; value /= 10)
        p[i] = (char)('0' + value % 10);
    p[digits] = after;
    return p + digits + 1;
}

/* "YYYY-MM-DDThh:mm:ss.f" with the given characters between date and time and at the end; returns what is behind. */
static char *put_all(char *p, const struct kc_civil *c, unsigned digits, char between, char after)
{
    static const uint32_t divisor[7] = {1000000, 100000, 10000, 1000, 100, 10, 1};

    p = put(p, c->year, 4, '-');
    p = put(p, c->month, 2, '-');
    p = put(p, c->day, 2, between);
    p = put(p, c->hour, 2, ':');
    p = put(p, c->minute, 2, ':');
    p = put(p, c->second, 2, digits != 0 ? '.' : after);
    return digits != 0 ? put(p, c->microsecond / divisor[digits], digits, after) : p;
}

uint32_t kc_civil_print_utc(const struct kc_civil *c, unsigned digits, char text[KC_ISO_TEXT_BYTES])
{
    return (uint32_t)(put_all(text, c, digits, 'T', 'Z') - text);
}

uint32_t kc_civil_print_sql(const struct kc_civil *c, unsigned digits, char text[KC_SQL_TEXT_BYTES])
{
    return (uint32_t)(put_all(text, c, digits, ' ', ' ') - text) - 1;
}

uint32_t kc_civil_print_date(const struct kc_civil *c, char text[KC_SQL_TEXT_BYTES])
{
    char *p = put(put(text, c->year, 4, '-'), c->month, 2, '-');

    return (uint32_t)(put(p, c->day, 2, ' ') - text) - 1;
}

/* Reads exactly `digits` digits. */
static bool take(const char **p, const char *end, unsigned digits, uint32_t *value)
{
    *value = 0;
    if ((size_t)(end - *p) < digits)
        return false;
    for (unsigned i = 0; i < digits; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        *value = *value * 10 + (uint32_t)(**p - '0');
    }
    return true;
}

static bool take_char(const char **p, const char *end, char c)
{
    if (*p >= end || **p != c)
        return false;
    (*p)++;
    return true;
}

static bool take_fraction(const char **p, const char *end, uint32_t *microsecond)
{
    static const uint32_t factor[7] = {0, 100000, 10000, 1000, 100, 10, 1};
    size_t digits = (size_t)(end - *p);

    if (digits < 1 || digits > 6 || !take(p, end, (unsigned)digits, microsecond))
        return false;
    *microsecond *= factor[digits];
    return true;
}

bool kc_civil_parse(const char *text, size_t len, bool time, struct kc_civil *out)
{
    const char *p = text, *end = text + len;

    *out = (struct kc_civil){0};
    if (!take(&p, end, 4, &out->year) || !take_char(&p, end, '-') || !take(&p, end, 2, &out->month) ||
        !take_char(&p, end, '-') || !take(&p, end, 2, &out->day))
        return false;
    if (!time)
        return p == end;
    if (!take_char(&p, end, ' ') || !take(&p, end, 2, &out->hour) || !take_char(&p, end, ':') ||
        !take(&p, end, 2, &out->minute) || !take_char(&p, end, ':') || !take(&p, end, 2, &out->second))
        return false;
    return p == end || (take_char(&p, end, '.') && take_fraction(&p, end, &out->microsecond));
}

uint32_t kc_fraction_read(const uint8_t *p, unsigned digits)
{
    switch ((digits + 1) / 2) {
    case 1: return (uint32_t)kc_be_n(p, 1) * 10000;
    case 2: return (uint32_t)kc_be_n(p, 2) * 100;
    case 3: return (uint32_t)kc_be_n(p, 3);
    default: return 0;
    }
}
