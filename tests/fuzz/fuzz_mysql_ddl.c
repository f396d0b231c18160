/* Any bytes as a statement on a table: it is understood or not, and what comes out is a definition that holds together. */
#include "ddl_reader.h"
#include "source_host.h"
#include "statement.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

static void check(const struct kc_table *t)
{
    enum kc_table_trust trust;
    struct kc_error err = source_error();
    struct kc_table *back;
    char *json = kc_table_to_json(t, KC_TABLE_TOLD), difference[200];

    for (uint32_t i = 0; i < t->n_columns; i++)
        REQUIRE(t->columns[i].name != NULL && t->columns[i].type_text != NULL);
    REQUIRE(json != NULL);
    if (kc_table_from_json(json, strlen(json), &back, &trust, &err) == KC_OK) {
        REQUIRE(kc_table_equal(t, back, difference, sizeof(difference)) && kc_table_same_key(t, back));
        kc_table_destroy(back);
    } else {
        REQUIRE(t->n_columns == 0 || err.message[0] != '\0');
    }
    free(json);
}

/* The only table that there is. */
static const struct kc_table *find(void *who, const char *database, const char *name)
{
    struct kc_table *const *t = who;

    (void)database;
    return *t != NULL && strcmp((*t)->name, name) == 0 ? *t : NULL;
}

static kc_status put(void *who, const char *database, const char *name, struct kc_table *is,
                     struct kc_error *err)
{
    struct kc_table **t = who;

    (void)database;
    (void)name;
    (void)err;
    if (is != NULL)
        check(is);
    kc_table_destroy(*t);
    *t = is;
    return KC_OK;
}

static const char *charset(void *who, const char *database)
{
    (void)who;
    (void)database;
    return "latin1";
}

/* The first byte chooses the server and whether there is a primary key. Each line is a statement. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t key[] = {0};
    struct kc_table *t;
    struct kc_ddl_tables tables = {.who = &t, .find = find, .put = put, .charset = charset};
    uint8_t how;

    if (size < 1)
        return 0;
    how = *data++;
    size--;
    t = source_table("id int!, name varchar(20), amount int", key, how & 1);
    t->primary_key = (how & 1) != 0;
    t->indexes_known = (how & 4) != 0;
    t->charset = strdup("latin1");
    for (int i = 0; i < 4; i++) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t len = end != NULL && i < 3 ? (size_t)(end - data) : size;
        char *copy = malloc(len > 0 ? len : 1), name[KC_CHARSET_NAME_BYTES]; /* without a byte behind it */
        struct kc_str sql = {copy, (uint32_t)len, 0};
        struct kc_error err = source_error();

        memcpy(copy, data, len);
        (void)kc_statement_names(sql, source_str("shop"), "shop", "orders");
        (void)kc_ddl_read_database(sql, source_str("shop"), "shop", name);
        (void)kc_ddl_apply((how & 2) != 0 ? KC_FLAVOR_MARIADB : KC_FLAVOR_MYSQL, sql, source_str("shop"),
                           &tables, &err);
        free(copy);
        data += end != NULL && i < 3 ? len + 1 : len;
        size -= end != NULL && i < 3 ? len + 1 : len;
    }
    kc_table_destroy(t);
    return 0;
}
