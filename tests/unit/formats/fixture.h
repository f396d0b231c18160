/*
 * fixture.h - change events made by hand, as mysql-source makes them, and the converter run on them.
 *
 * The host table behind it does what the converter asks for: it notes failed records. Everything that is made here
 * lives until fixture_free_all().
 */
#ifndef KC_TEST_FORMATS_FIXTURE_H
#define KC_TEST_FORMATS_FIXTURE_H

#include <kconnect/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

/* One column: name, type, semantic name (NULL: none), scale (Decimal). */
struct column {
    const char *name;
    uint8_t type;
    const char *meaning;
    const char *scale;
};

enum { MAX_COLUMNS = 24, MAX_RECORDS = 16, MAX_SLICES = 64 };

struct table {
    const struct kc_schema *row, *envelope, *key; /* key NULL: the table has none */
    const char *db, *name;
    const struct column *columns;
    uint32_t n_columns;
    uint32_t key_index[MAX_COLUMNS];
    uint32_t n_key;
};

/* Makes the schemas of a table; key_names ends with NULL; zone NULL: no parameter. */
struct table *make_table(const char *db, const char *name, const struct column *columns, uint32_t n_columns,
                         const char *const *key_names, const char *zone);

struct kc_value null_value(void), absent_value(void), text(const char *s), whole(uint8_t type, int64_t v),
    unsigned_whole(uint64_t v), real(uint8_t type, double v), blob(const void *data, uint32_t n);

/* A change of a table; before and after are arrays of n_columns values or NULL. Key, sequence and times are set. */
struct kc_record make_change(const struct table *t, const char *op, const struct kc_value *before,
                             const struct kc_value *after);

/* What one encode gave. */
struct result {
    kc_status status;
    struct kc_error err;
    uint32_t n_slices;
    char *text[MAX_SLICES]; /* NUL-terminated copies; NULL for a null slice */
    uint32_t record[MAX_SLICES];
    bool failed[MAX_RECORDS];
    char why[MAX_RECORDS][488];
};

/* Opens dataworks-json with options as "key", "value", ..., NULL, encodes the records in one batch and closes it.
 * Free nothing: results live until fixture_free_all(). systemTime becomes the digit 7, as it is the only thing that
 * differs from run to run. */
struct result *encode_with(int32_t which, const char *const *options, struct kc_record *records, uint32_t n);

/* The single document of one insert into a table of one column `c`, cut to what stands for its value. */
const char *value_of(const struct column *c, struct kc_value v, const char *zone, const char *const *options);
/* The word in dataColumn of the document that value_of() made last. */
const char *type_of_last(void);

int fixture_free_all(void **state);

#endif
