/*
 * fixture.h - recorded events of real servers with the rows that SELECT showed, in one text file a table:
 *
 *     table NAME
 *     column NAME<TAB>COLUMN_TYPE<TAB>DATA_TYPE<TAB>CHARSET or -<TAB>YES or NO
 *     event TYPE HEX                    body of a TABLE_MAP or rows event
 *     row VALUE<TAB>VALUE ...           one a row image, in the order of the events; see value_print()
 */
#ifndef KC_TEST_FIXTURE_H
#define KC_TEST_FIXTURE_H

#include "table.h"

#include <stdio.h>

/* Writes a value as type and contents: "null", "int32 -5", "string 6162", "float64 0x1.8p+1"; text and bytes in hex. */
void value_print(FILE *out, const struct kc_value *value);

/* Adds a column to a table that fixture_table() made. Returns 0 when its type is followed. */
int fixture_column(struct kc_table *table, const char *name, const char *type_text, const char *data_type,
                   const char *charset, int nullable);
struct kc_table *fixture_table(const char *database, const char *name);
void fixture_table_free(struct kc_table *table);

#endif
