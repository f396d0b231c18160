/* labels.h - the labels of ENUM and SET out of COLUMN_TYPE: "enum('a','it''s')". */
#ifndef KC_MYSQL_LABELS_H
#define KC_MYSQL_LABELS_H

#include "table.h"

/*
 * Fills labels and n_labels from type_text, replacing what was there. The server shows type_text in utf8mb3 and puts a
 * question mark for each character beyond; *lossy: there is one, so labels may be others than they seem.
 * KC_ERR_NOMEM. KC_ERR_UNSUPPORTED: the text has another form.
 */
kc_status kc_labels_read(struct kc_column *column, bool *lossy);

/* The labels as Debezium's parameter "allowed": by commas, with commas and backslashes escaped. free() it; NULL: out of memory. */
char *kc_labels_allowed(const struct kc_column *column);

#endif
