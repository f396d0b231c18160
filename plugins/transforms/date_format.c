#include "date_format.h"

#include <ctype.h>
#include <time.h>

#include "date_names.h"
#include "settings.h"

int64_t kc_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t kc_ms_of_day(int64_t ms)
{
    return ms % KC_DAY_MS + (ms % KC_DAY_MS < 0 ? KC_DAY_MS : 0);
}

/* Years begin in March, so that the odd day is the last; 400 years have 146097 days. */
int64_t kc_days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t era, of_era, of_year;

    year += kc_floor_div(month - 1, 12);
    month = month - 1 - kc_floor_div(month - 1, 12) * 12; /* 0..11 */
    year -= month < 2;
    era = kc_floor_div(year, 400);
    of_era = year - era * 400;
    of_year = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void kc_date_of(int64_t days, int64_t *year, int *month, int *day)
{
    int64_t era = kc_floor_div(days + 719468, 146097), of_era = days + 719468 - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = y + era * 400 + (*month <= 2);
}

/* Text between quotes from *at on, which is behind the first; two quotes are one. False: it does not end. */
static bool read_quoted(struct kc_str p, uint32_t *at, char *out, uint32_t *n)
{
    for (; *at < p.len; ++*at) {
        if (p.ptr[*at] == '\'') {
            ++*at;
            if (*at == p.len || p.ptr[*at] != '\'')
                return true;
        }
        out[(*n)++] = p.ptr[*at];
    }
    return false;
}

static kc_status read_literal(struct kc_str p, uint32_t *at, char *memory, struct kc_date_token *t,
                              struct kc_error *err)
{
    uint32_t n = 0;

    while (*at < p.len && !isalpha((unsigned char)p.ptr[*at])) {
        if (p.ptr[*at] != '\'') {
            memory[n++] = p.ptr[(*at)++];
            continue;
        }
        ++*at;
        if (*at < p.len && p.ptr[*at] == '\'') { /* '' outside of quotes */
            memory[n++] = p.ptr[(*at)++];
            continue;
        }
        if (!read_quoted(p, at, memory, &n))
            return kc_fail(err, KC_ERR_CONFIG, "the date format %s has a quote that does not end", p.ptr);
    }
    *t = (struct kc_date_token){.text = {memory, n, 0}};
    return KC_OK;
}

kc_status kc_date_format_read(struct kc_smt *s, struct kc_str pattern, struct kc_date_format *out,
                              struct kc_error *err)
{
    char *memory = kc_smt_alloc(s, pattern.len + 1, err);
    uint32_t at = 0;

    *out = (struct kc_date_format){.pattern = pattern};
    out->tokens = kc_smt_alloc(s, (pattern.len + 1) * sizeof(*out->tokens), err);
    if (memory == NULL || out->tokens == NULL)
        return KC_ERR_NOMEM;
    while (at < pattern.len) {
        struct kc_date_token *t = &out->tokens[out->n++];
        char c = pattern.ptr[at];

        if (!isalpha((unsigned char)c)) {
            if (read_literal(pattern, &at, memory, t, err) < 0)
                return err->status;
            memory += t->text.len;
            continue;
        }
        if (strchr("yMdDEuaHkKhmsSzZX", c) == NULL)
            return kc_fail(
                err, KC_ERR_CONFIG,
                "the date format %s has the letter %c: there are y M d D E u a H k K h m s S z Z X, and "
                "text between quotes",
                pattern.ptr, c);
        *t = (struct kc_date_token){.letter = c};
        while (at < pattern.len && pattern.ptr[at] == c)
            t->n++, at++;
        if (c == 'X' && t->n > 3)
            return kc_fail(err, KC_ERR_CONFIG, "the date format %s has more than three X", pattern.ptr);
    }
    out->century_start_ms = ((int64_t)time(NULL) - INT64_C(80) * 31556952) * 1000;
    return KC_OK;
}

/* What the letters stand for. */
struct fields {
    int64_t year;
    int month, day, day_of_year, weekday; /* weekday 0: Sunday */
    int hour, minute, second, ms;
};

static struct fields fields_of(int64_t ms)
{
    int64_t days = kc_floor_div(ms, KC_DAY_MS), rest = kc_ms_of_day(ms);
    struct fields f;

    kc_date_of(days, &f.year, &f.month, &f.day);
    f.day_of_year = (int)(days - kc_days_of(f.year, 1, 1)) + 1;
    f.weekday = (int)((days % 7 + 11) % 7);
    f.hour = (int)(rest / 3600000);
    f.minute = (int)(rest / 60000 % 60);
    f.second = (int)(rest / 1000 % 60);
    f.ms = (int)(rest % 1000);
    return f;
}

static const char *word_of(const struct kc_date_token *t, const struct fields *f)
{
    switch (t->letter) {
    case 'M':
        return t->n > 3 ? kc_month_names[f->month - 1] : t->n == 3 ? kc_month_short[f->month - 1] : NULL;
    case 'E': return t->n > 3 ? kc_weekday_names[f->weekday] : kc_weekday_short[f->weekday];
    case 'a': return f->hour < 12 ? "AM" : "PM";
    case 'z': return t->n > 3 ? "Coordinated Universal Time" : "UTC";
    case 'Z': return "+0000";
    case 'X': return "Z";
    default: return NULL;
    }
}

static int64_t number_of(const struct kc_date_token *t, const struct fields *f)
{
    switch (t->letter) {
    case 'y': return t->n == 2 ? ((f->year % 100) + 100) % 100 : f->year < 1 ? 1 - f->year : f->year;
    case 'M': return f->month;
    case 'd': return f->day;
    case 'D': return f->day_of_year;
    case 'u': return f->weekday == 0 ? 7 : f->weekday;
    case 'H': return f->hour;
    case 'k': return f->hour == 0 ? 24 : f->hour;
    case 'K': return f->hour % 12;
    case 'h': return f->hour % 12 == 0 ? 12 : f->hour % 12;
    case 'm': return f->minute;
    case 's': return f->second;
    default: return f->ms;
    }
}

static bool put_text(char *out, uint32_t *at, const char *text, size_t n)
{
    if (n > KC_DATE_TEXT - *at)
        return false;
    memcpy(out + *at, text, n);
    *at += (uint32_t)n;
    return true;
}

/* At least `width` digits. */
static bool put_number(char *out, uint32_t *at, int64_t v, uint32_t width)
{
    char digits[20];
    uint32_t n = 0;

    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    if (width > KC_DATE_TEXT || (width > n ? width : n) > KC_DATE_TEXT - *at)
        return false;
    for (; width > n; width--)
        out[(*at)++] = '0';
    while (n > 0)
        out[(*at)++] = digits[--n];
    return true;
}

uint32_t kc_date_format_write(const struct kc_date_format *f, int64_t ms, char out[KC_DATE_TEXT])
{
    struct fields fields = fields_of(ms);
    uint32_t at = 0;
    bool fits = true;

    for (uint32_t i = 0; i < f->n && fits; i++) {
        const struct kc_date_token *t = &f->tokens[i];
        const char *word = t->letter == 0 ? NULL : word_of(t, &fields);

        if (t->letter == 0)
            fits = put_text(out, &at, t->text.ptr, t->text.len);
        else if (word != NULL)
            fits = put_text(out, &at, word, strlen(word));
        else
            fits = put_number(out, &at, number_of(t, &fields), t->n);
    }
    return fits ? at : 0;
}
