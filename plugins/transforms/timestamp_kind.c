#include "timestamp_kind.h"

#include "schema_make.h"
#include "values.h"

const char *const kc_time_kind_names[] = {"string", "unix", "Date", "Time", "Timestamp", NULL};
const char *const kc_time_precisions[] = {"nanoseconds", "microseconds", "milliseconds", "seconds", NULL};

enum kc_time_kind kc_time_kind_of(const struct kc_schema *s)
{
    if (kc_schema_named(s, KC_LOGICAL_TIMESTAMP))
        return KC_TIME_TIMESTAMP;
    if (kc_schema_named(s, KC_LOGICAL_DATE))
        return KC_TIME_DATE;
    if (kc_schema_named(s, KC_LOGICAL_TIME))
        return KC_TIME_TIME;
    return s->type == KC_STRING ? KC_TIME_STRING : s->type == KC_INT64 ? KC_TIME_UNIX : KC_TIME_KINDS;
}

enum kc_time_kind kc_time_kind_of_value(const struct kc_value *v)
{
    return v->type == KC_STRING ? KC_TIME_STRING : v->type == KC_INT64 ? KC_TIME_UNIX : KC_TIME_KINDS;
}

const struct kc_schema *kc_time_schema(struct kc_ctx *ctx, enum kc_time_kind kind, bool optional,
                                       struct kc_error *err)
{
    switch (kind) {
    case KC_TIME_STRING: return kc_schema_plain(ctx, KC_STRING, optional, err);
    case KC_TIME_DATE: return kc_schema_logical(ctx, KC_INT32, KC_LOGICAL_DATE, optional, err);
    case KC_TIME_TIME: return kc_schema_logical(ctx, KC_INT32, KC_LOGICAL_TIME, optional, err);
    case KC_TIME_TIMESTAMP: return kc_schema_logical(ctx, KC_INT64, KC_LOGICAL_TIMESTAMP, optional, err);
    default: return kc_schema_plain(ctx, KC_INT64, optional, err);
    }
}

static int64_t saturated(int64_t v, int64_t factor)
{
    int64_t out;

    return !__builtin_mul_overflow(v, factor, &out) ? out : v < 0 ? INT64_MIN : INT64_MAX;
}

/* How many units a millisecond has, or, negative, how many ms a unit. */
static const int64_t per_ms[] = {1000000, 1000, 1, -1000};

static int64_t unix_to_ms(int64_t v, int precision)
{
    return per_ms[precision] > 0 ? v / per_ms[precision] : saturated(v, -per_ms[precision]);
}

static int64_t ms_to_unix(int64_t ms, int precision)
{
    return per_ms[precision] > 0 ? saturated(ms, per_ms[precision]) : ms / -per_ms[precision];
}

static kc_status to_ms(const struct kc_time_settings *t, enum kc_time_kind kind, const struct kc_value *v,
                       int64_t *ms, struct kc_error *err)
{
    static const uint8_t wanted[] = {[KC_TIME_STRING] = KC_STRING,
                                     [KC_TIME_UNIX] = KC_INT64,
                                     [KC_TIME_DATE] = KC_INT32,
                                     [KC_TIME_TIME] = KC_INT32,
                                     [KC_TIME_TIMESTAMP] = KC_INT64};

    if (v->type != wanted[kind])
        return kc_fail(err, KC_ERR_RECORD, "Expected a %s timestamp to be %s, but found %s",
                       kc_time_kind_names[kind], kc_type_name(wanted[kind]), kc_type_name(v->type));
    switch (kind) {
    case KC_TIME_STRING:
        if (t->format.pattern.len == 0)
            return kc_fail(
                err, KC_ERR_RECORD,
                "TimestampConverter requires format option to be specified when using string timestamps");
        if (!kc_date_format_parse(&t->format, kc_value_text(v), ms))
            return kc_fail(err, KC_ERR_RECORD,
                           "Could not parse timestamp: value (%.*s) does not match pattern (%s)",
                           v->len < 200 ? (int)v->len : 200, v->as.str, t->format.pattern.ptr);
        break;
    case KC_TIME_UNIX: *ms = unix_to_ms(v->as.i64, t->precision); break;
    case KC_TIME_DATE: *ms = v->as.i64 * KC_DAY_MS; break;
    default: *ms = v->as.i64;
    }
    return KC_OK;
}

static kc_status from_ms(const struct kc_time_settings *t, struct kc_batch *b, int64_t ms, struct kc_value *v,
                         struct kc_error *err)
{
    char text[KC_DATE_TEXT], *copy;
    int64_t days = kc_floor_div(ms, KC_DAY_MS);
    uint32_t n;

    switch (t->target) {
    case KC_TIME_STRING:
        n = kc_date_format_write(&t->format, ms, text);
        copy = kc_smt_take(b, n, err);
        if (copy == NULL)
            return KC_ERR_NOMEM;
        memcpy(copy, text, n);
        *v = kc_string(copy, n);
        break;
    case KC_TIME_UNIX: *v = kc_number(KC_INT64, ms_to_unix(ms, t->precision)); break;
    case KC_TIME_DATE:
        if (days < INT32_MIN || days > INT32_MAX)
            return kc_fail(err, KC_ERR_RECORD, "%lld ms are no Date: too far from 1970", (long long)ms);
        *v = kc_number(KC_INT32, days);
        break;
    case KC_TIME_TIME: *v = kc_number(KC_INT32, kc_ms_of_day(ms)); break;
    default: *v = kc_number(KC_INT64, ms);
    }
    return KC_OK;
}

kc_status kc_time_convert(const struct kc_time_settings *t, struct kc_batch *b, enum kc_time_kind kind,
                          struct kc_value *v, struct kc_error *err)
{
    int64_t ms;

    if (v->type == KC_NULL)
        return KC_OK;
    if (kind == KC_TIME_KINDS)
        return kc_fail(err, KC_ERR_RECORD, "TimestampConverter does not support %s objects as timestamps",
                       kc_type_name(v->type));
    if (to_ms(t, kind, v, &ms, err) < 0)
        return err->status;
    return from_ms(t, b, ms, v, err);
}
