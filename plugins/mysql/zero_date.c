#include "zero_date.h"

#include <kconnect/sdk.h>

bool kc_zero_date_may_be_null(const struct kc_column *column)
{
    if (column->zero_date != KC_ZERO_DATE_NULL)
        return false;
    return column->family == KC_FAMILY_DATE || column->family == KC_FAMILY_DATETIME ||
           column->family == KC_FAMILY_TIMESTAMP;
}

static bool is_whole_zero(const struct kc_civil *c)
{
    return (c->year | c->month | c->day | c->hour | c->minute | c->second | c->microsecond) == 0;
}

kc_status kc_zero_date_settle(const struct kc_column *column, struct kc_civil *c, struct kc_value *out)
{
    if (kc_civil_has_date(c))
        return KC_OK;
    if (column->zero_date == KC_ZERO_DATE_FAIL || (column->key_position >= 0 && !is_whole_zero(c))) {
        out->type = KC_ZERO_DATE_REFUSED;
        return KC_ERR_CONFIG;
    }
    if (column->zero_date == KC_ZERO_DATE_NULL)
        return KC_NOTHING;
    *c = (struct kc_civil){.year = 1970, .month = 1, .day = 1};
    return KC_OK;
}

kc_status kc_zero_date_text(const struct kc_column *column, const struct kc_civil *c, bool time,
                            struct kc_arena *arena, struct kc_value *out)
{
    char *text = kc_arena_alloc(arena, KC_SQL_TEXT_BYTES);

    if (text == NULL)
        return KC_ERR_NOMEM;
    out->type = KC_STRING;
    out->as.str = text;
    out->len = time ? kc_civil_print_sql(c, column->fsp, text) : kc_civil_print_date(c, text);
    return KC_OK;
}

kc_status kc_zero_date_refused(const struct kc_column *column, struct kc_error *err)
{
    const char *table = column->table != NULL ? column->table->name : "";

    if (column->zero_date == KC_ZERO_DATE_FAIL)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "column %s of table %s has a date that does not exist, such as 0000-00-00, and "
            "zero.date.mode is fail: correct the rows, or set zero.date.mode to null, epoch or string",
            column->name, table);
    return kc_fail(
        err, KC_ERR_CONFIG,
        "column %s of the key of table %s has a date that does not exist and is not the zero date: "
        "with another value in its place two rows could have one key; set zero.date.mode to string, "
        "or correct the rows",
        column->name, table);
}
