#include "zone.h"

#include "tzif.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

enum {
    DAY_S = 86400,
    REACH_S = 2 * DAY_S, /* no offset is larger (RFC 8536 asks for less than 26 hours) */
    CACHED_DAYS = 512,   /* a power of two */
    NEARBY_MAX = 64,
};

struct cached_day {
    int64_t day; /* local day since 1970-01-01 */
    int64_t offset_ms;
};

struct kc_zone {
    struct kc_tzif file; /* no changes and no rule for a fixed offset */
    struct cached_day days[CACHED_DAYS];
};

/* "Z", "UTC", "GMT", "+hh:mm", "-hh:mm". */
static bool fixed_offset(const char *s, int32_t *offset_s)
{
    int32_t hours, minutes;

    *offset_s = 0;
    if (strcmp(s, "Z") == 0 || strcmp(s, "UTC") == 0 || strcmp(s, "GMT") == 0)
        return true;
    if (strlen(s) != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':')
        return false;
    for (int i = 1; i < 6; i++)
        if (i != 3 && (s[i] < '0' || s[i] > '9'))
            return false;
    hours = (s[1] - '0') * 10 + s[2] - '0';
    minutes = (s[4] - '0') * 10 + s[5] - '0';
    if (hours > 14 || minutes > 59)
        return false;
    *offset_s = (hours * 3600 + minutes * 60) * (s[0] == '-' ? -1 : 1);
    return true;
}

struct kc_zone *kc_zone_open(struct kc_str name, struct kc_error *err)
{
    struct kc_zone *z = calloc(1, sizeof(*z));
    char text[128];

    if (z == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory while opening a time zone");
        return NULL;
    }
    if (name.len == 0 || name.len >= sizeof(text) || memchr(name.ptr, 0, name.len) != NULL) {
        (void)kc_fail(err, KC_ERR_CONFIG,
                      "the time zone has an empty or too long name; use one such as Asia/Shanghai or +08:00");
        free(z);
        return NULL;
    }
    memcpy(text, name.ptr, name.len);
    text[name.len] = 0;
    for (int i = 0; i < CACHED_DAYS; i++)
        z->days[i].day = INT64_MIN;
    if (!fixed_offset(text, &z->file.first_offset_s) && kc_tzif_read(text, &z->file, err) < 0) {
        kc_zone_close(z);
        return NULL;
    }
    return z;
}

void kc_zone_close(struct kc_zone *z)
{
    if (z == NULL)
        return;
    kc_tzif_free(&z->file);
    free(z);
}

/* The changes within REACH_S of a span, in order; *offset_s is what holds before the first of them. */
static int changes_near(const struct kc_tzif *f, int64_t from_s, int64_t to_s, struct kc_zone_change *out,
                        int32_t *offset_s)
{
    size_t low = 0, high = f->n_changes;
    int64_t last_s = f->n_changes > 0 ? f->changes[f->n_changes - 1].at_s : INT64_MIN;
    int n = 0;

    from_s -= REACH_S;
    to_s += REACH_S;
    while (low < high) { /* the first change at or after from_s */
        size_t middle = (low + high) / 2;

        if (f->changes[middle].at_s < from_s)
            low = middle + 1;
        else
            high = middle;
    }
    *offset_s = low > 0 ? f->changes[low - 1].offset_s : f->first_offset_s;
    for (; low < f->n_changes && f->changes[low].at_s <= to_s && n < NEARBY_MAX; low++)
        out[n++] = f->changes[low];
    if (!f->has_rule || !f->rule.has_summer || to_s <= last_s)
        return n;
    /* One year back, because the change that holds at from_s may lie in the year before. */
    for (int64_t year = kc_year_of_day(from_s / DAY_S) - 1; year <= kc_year_of_day(to_s / DAY_S) + 1;
         year++) {
        struct kc_zone_change pair[2];

        kc_zone_rule_year(&f->rule, year, pair);
        for (int i = 0; i < 2; i++) {
            if (pair[i].at_s <= last_s || pair[i].at_s > to_s)
                continue;
            if (pair[i].at_s < from_s)
                *offset_s = pair[i].offset_s;
            else if (n < NEARBY_MAX)
                out[n++] = pair[i];
        }
    }
    return n;
}

/* Instant in seconds of a local second on a day near a change of the offset. */
static int64_t instant_near_change(const struct kc_zone_change *changes, int n, int32_t offset_s,
                                   int64_t wall_s, bool *in_gap)
{
    int64_t start_s = INT64_MIN;

    *in_gap = false;
    for (int i = 0; i < n; i++) {
        int64_t at_s = wall_s - offset_s;

        if (at_s >= start_s && at_s < changes[i].at_s)
            return at_s;
        start_s = changes[i].at_s;
        offset_s = changes[i].offset_s;
        if (at_s >= start_s && wall_s - offset_s < start_s) {
            *in_gap = true;
            return start_s;
        }
    }
    return wall_s - offset_s;
}

int64_t kc_zone_instant_ms(struct kc_zone *z, int64_t wall_ms)
{
    struct kc_zone_change changes[NEARBY_MAX];
    int64_t day = wall_ms / (DAY_S * INT64_C(1000)) - (wall_ms % (DAY_S * INT64_C(1000)) < 0);
    struct cached_day *c = &z->days[(uint64_t)day & (CACHED_DAYS - 1)];
    int64_t wall_s, instant_s;
    int32_t offset_s;
    bool in_gap;
    int n;

    if (c->day == day)
        return wall_ms - c->offset_ms;
    n = changes_near(&z->file, day * DAY_S, (day + 1) * DAY_S, changes, &offset_s);
    if (n == 0) {
        c->day = day;
        c->offset_ms = offset_s * INT64_C(1000);
        return wall_ms - c->offset_ms;
    }
    wall_s = wall_ms / 1000 - (wall_ms % 1000 < 0);
    instant_s = instant_near_change(changes, n, offset_s, wall_s, &in_gap);
    return in_gap ? instant_s * 1000 : instant_s * 1000 + (wall_ms - wall_s * 1000);
}
