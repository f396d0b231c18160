/*
 * zero_date.h - dates that do not exist: '0000-00-00', '2020-00-15', and with ALLOW_INVALID_DATES '2021-02-31'.
 *
 * A server stores them when its sql_mode lets it, in NOT NULL and key columns too, and no type of Kafka Connect has
 * them. The key zero.date.mode says what becomes of them, for rows of SELECT and of the log alike. Pure functions.
 */
#ifndef KC_MYSQL_ZERO_DATE_H
#define KC_MYSQL_ZERO_DATE_H

#include "calendar.h"
#include "column.h"

/* In the order of the words of zero.date.mode; 0 is the default. */
enum kc_zero_date {
    KC_ZERO_DATE_NULL,   /* NULL; fields of NOT NULL columns are optional therefore */
    KC_ZERO_DATE_STRING, /* DATE, DATETIME and TIMESTAMP columns are text, every value as SELECT shows it */
    KC_ZERO_DATE_EPOCH,  /* 1970-01-01 00:00:00 */
    KC_ZERO_DATE_FAIL,   /* the task fails */
};

/* The type of a value that must not be passed on: kc_zero_date_refused() has the sentence. */
enum { KC_ZERO_DATE_REFUSED = 0xff };

/* True: the column's values are text. */
static inline bool kc_zero_date_as_text(const struct kc_column *column)
{
    return column->zero_date == KC_ZERO_DATE_STRING;
}

/* True: its values may be NULL although the column is NOT NULL. */
bool kc_zero_date_may_be_null(const struct kc_column *column);

/*
 * Decides about one value of a column that is not text, `c` being the stored fields. KC_OK: *c is to be written, as it
 * was or the epoch. KC_NOTHING: NULL, which *out is already. KC_ERR_CONFIG: refused; out->type says so.
 *
 * In a key column only the whole zero is replaced. Any other date that does not exist is refused there, because two rows
 * would come to have one key.
 */
kc_status kc_zero_date_settle(const struct kc_column *column, struct kc_civil *c, struct kc_value *out);

/* Writes the date, with `time` the time too, as SELECT shows it. KC_ERR_NOMEM. */
kc_status kc_zero_date_text(const struct kc_column *column, const struct kc_civil *c, bool time,
                            struct kc_arena *arena, struct kc_value *out);

/* The sentence of a refused value: KC_ERR_CONFIG. */
kc_status kc_zero_date_refused(const struct kc_column *column, struct kc_error *err);

#endif
