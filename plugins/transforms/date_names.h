/* date_names.h - English names of months and weekdays. */
#ifndef KC_TRANSFORMS_DATE_NAMES_H
#define KC_TRANSFORMS_DATE_NAMES_H

extern const char *const kc_month_names[12], *const kc_month_short[12];
extern const char *const kc_weekday_names[7], *const kc_weekday_short[7]; /* from Sunday on */

#endif
