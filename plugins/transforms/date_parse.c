/* The reading half of date_format.h. */
#include <ctype.h>
#include <strings.h>

#include "date_format.h"
#include "date_names.h"

enum { MAX_DIGITS = 9 };

struct parser {
    struct kc_str in;
    uint32_t at;
    /* What was read; a month that was not is 1 and so on, as in Java's calendar of 1970-01-01. */
    int64_t year, month, day, day_of_year, hour, half_hour, minute, second, ms, offset_minutes;
    bool pm, has_half, has_hour, has_year_day, has_month, two_digits;
};

static bool read_number(struct parser *p, uint32_t exactly, int64_t *out, uint32_t *digits)
{
    uint32_t n = 0;

    while (p->at < p->in.len && (p->in.ptr[p->at] == ' ' || p->in.ptr[p->at] == '\t'))
        p->at++;
    *out = 0;
    while (p->at < p->in.len && isdigit((unsigned char)p->in.ptr[p->at]) && (exactly == 0 || n < exactly)) {
        if (++n > MAX_DIGITS)
            return false;
        *out = *out * 10 + (p->in.ptr[p->at++] - '0');
    }
    *digits = n;
    return n > 0 && (exactly == 0 || n == exactly);
}

/* The longest of the names that stands here, whatever its case; -1: none. */
static int read_name(struct parser *p, const char *const *names, int n)
{
    int found = -1;
    size_t longest = 0;

    for (int i = 0; i < n; i++) {
        size_t len = strlen(names[i]);

        if (len > longest && len <= p->in.len - p->at && strncasecmp(p->in.ptr + p->at, names[i], len) == 0) {
            found = i;
            longest = len;
        }
    }
    p->at += (uint32_t)longest;
    return found;
}

static int read_either(struct parser *p, const char *const *names, const char *const *short_names, int n)
{
    int found = read_name(p, names, n);

    return found >= 0 ? found : read_name(p, short_names, n);
}

/* +hh, +hhmm or +hh:mm; `colon` and `minutes` say which are allowed: 0 no, 1 must, 2 may. */
static bool read_offset(struct parser *p, int minutes, int colon)
{
    int64_t h, m = 0;
    uint32_t n;
    char sign;

    if (p->at == p->in.len || (p->in.ptr[p->at] != '+' && p->in.ptr[p->at] != '-'))
        return false;
    sign = p->in.ptr[p->at++];
    if (p->at == p->in.len || !isdigit((unsigned char)p->in.ptr[p->at]) || !read_number(p, 2, &h, &n) ||
        h > 23)
        return false;
    if (minutes != 0) {
        bool has_colon = p->at < p->in.len && p->in.ptr[p->at] == ':';

        if (has_colon ? colon == 0 : colon == 1)
            return false;
        p->at += has_colon;
        if (p->at == p->in.len || !isdigit((unsigned char)p->in.ptr[p->at]) || !read_number(p, 2, &m, &n) ||
            m > 59)
            return false;
    }
    p->offset_minutes = (h * 60 + m) * (sign == '-' ? -1 : 1);
    return true;
}

static bool read_zone(struct parser *p, const struct kc_date_token *t)
{
    static const char *const names[] = {"UTC", "GMT", "UT", "Coordinated Universal Time"};
    bool named;

    p->offset_minutes = 0;
    if (t->letter == 'X') {
        if (p->at < p->in.len && p->in.ptr[p->at] == 'Z') {
            p->at++;
            return true;
        }
        return read_offset(p, t->n > 1, t->n == 3);
    }
    named = read_name(p, names, 4) >= 0;
    if (p->at < p->in.len && (p->in.ptr[p->at] == '+' || p->in.ptr[p->at] == '-'))
        return read_offset(p, 1, named ? 2 : 0);
    return named;
}

static void keep_number(struct parser *p, const struct kc_date_token *t, int64_t v, uint32_t digits)
{
    switch (t->letter) {
    case 'y':
        p->year = v;
        p->two_digits = t->n <= 2 && digits == 2;
        break;
    case 'M':
        p->month = v;
        p->has_month = true;
        break;
    case 'd':
        p->day = v;
        p->has_month = true;
        break;
    case 'D':
        p->day_of_year = v;
        p->has_year_day = true;
        break;
    case 'H':
    case 'k':
        p->hour = t->letter == 'k' && v == 24 ? 0 : v;
        p->has_hour = true;
        break;
    case 'K':
    case 'h':
        p->half_hour = t->letter == 'h' && v == 12 ? 0 : v;
        p->has_half = true;
        break;
    case 'm': p->minute = v; break;
    case 's': p->second = v; break;
    case 'S': p->ms = v; break;
    default: break; /* u, the number of the weekday, says nothing new */
    }
}

static bool is_number(const struct kc_date_token *t)
{
    return t->letter != 0 && strchr("EazZX", t->letter) == NULL && (t->letter != 'M' || t->n <= 2);
}

static bool read_token(struct parser *p, const struct kc_date_format *f, uint32_t i)
{
    static const char *const halves[] = {"AM", "PM"};
    const struct kc_date_token *t = &f->tokens[i];
    bool abuts =
        i + 1 < f->n && is_number(&f->tokens[i + 1]); /* then the number of letters is that of digits */
    uint32_t digits;
    int64_t v;

    if (t->letter == 0) {
        if (p->in.len - p->at < t->text.len || memcmp(p->in.ptr + p->at, t->text.ptr, t->text.len) != 0)
            return false;
        p->at += t->text.len;
        return true;
    }
    if (is_number(t)) {
        if (!read_number(p, abuts ? t->n : 0, &v, &digits))
            return false;
        keep_number(p, t, v, digits);
        return true;
    }
    switch (t->letter) {
    case 'M':
        v = read_either(p, kc_month_names, kc_month_short, 12);
        p->month = v + 1;
        p->has_month = true;
        return v >= 0;
    case 'E': return read_either(p, kc_weekday_names, kc_weekday_short, 7) >= 0;
    case 'a':
        v = read_name(p, halves, 2);
        p->pm = v == 1;
        return v >= 0;
    default: return read_zone(p, t);
    }
}

static int64_t instant(const struct parser *p)
{
    int64_t days = p->has_year_day && !p->has_month ? kc_days_of(p->year, 1, 1) + p->day_of_year - 1
                                                    : kc_days_of(p->year, p->month, p->day);
    int64_t hour = p->has_hour ? p->hour : p->has_half ? p->half_hour + (p->pm ? 12 : 0) : p->pm ? 12 : 0;

    return days * KC_DAY_MS + hour * 3600000 + (p->minute - p->offset_minutes) * 60000 + p->second * 1000 +
           p->ms;
}

bool kc_date_format_parse(const struct kc_date_format *f, struct kc_str text, int64_t *ms)
{
    struct parser p = {.in = text, .year = 1970, .month = 1, .day = 1};

    for (uint32_t i = 0; i < f->n; i++)
        if (!read_token(&p, f, i))
            return false;
    if (p.two_digits) {
        int64_t year;
        int month, day;

        kc_date_of(kc_floor_div(f->century_start_ms, KC_DAY_MS), &year, &month, &day);
        p.year += year - year % 100;
        if (instant(&p) < f->century_start_ms)
            p.year += 100;
    }
    *ms = instant(&p);
    return true;
}
