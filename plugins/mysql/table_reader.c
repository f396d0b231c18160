#include "table_reader.h"

#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "connection.h"
#include "ddl_column.h"
#include "table_index.h"

/* Runs `format` with the escaped names of database and table in its two %s. */
static kc_status query_table(MYSQL *mysql, const char *format, const char *database, const char *name,
                             MYSQL_RES **res, struct kc_error *err)
{
    char db[512 * 2 + 1], table[512 * 2 + 1], sql[4096], doing[300];
    size_t db_len = strlen(database), table_len = strlen(name);

    if (db_len > 512 || table_len > 512)
        return kc_fail(err, KC_ERR_CONFIG, "the name of table %.64s... is longer than a name can be", name);
    mysql_real_escape_string(mysql, db, database, (unsigned long)db_len);
    mysql_real_escape_string(mysql, table, name, (unsigned long)table_len);
    (void)snprintf(sql, sizeof(sql), format, db, table);
    (void)snprintf(doing, sizeof(doing), "read the definition of table %.100s.%.100s", database, name);
    return kc_connection_query(mysql, sql, doing, res, err);
}

enum { COLLATION_BYTES = 128 };

static kc_status check_exists(MYSQL *mysql, const char *database, const char *name,
                              char collation[COLLATION_BYTES], struct kc_error *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status = query_table(
        mysql,
        "SELECT TABLE_TYPE, TABLE_COLLATION FROM information_schema.TABLES WHERE TABLE_SCHEMA = '%s' AND "
        "TABLE_NAME = '%s'",
        database, name, &res, err);

    if (status < 0)
        return status;
    row = mysql_fetch_row(res);
    if (row == NULL) {
        status = kc_fail(err, KC_ERR_CONFIG,
                         "table %s.%s does not exist or is hidden from the user; check database.name and "
                         "table.include.list, or GRANT SELECT ON `%s`.* TO the user",
                         database, name, database);
        err->vendor_code = KC_NO_SUCH_TABLE;
    } else if (row[0] == NULL ||
               (strcmp(row[0], "BASE TABLE") != 0 && strcmp(row[0], "SYSTEM VERSIONED") != 0))
        status = kc_fail(err, KC_ERR_CONFIG,
                         "%s.%s is a %s, which has no changes of its own; name the tables behind it in "
                         "table.include.list",
                         database, name, row[0] != NULL ? row[0] : "view");
    (void)snprintf(collation, COLLATION_BYTES, "%s", row != NULL && row[1] != NULL ? row[1] : "");
    mysql_free_result(res);
    return status;
}

/* Takes the metadata lock that a statement which changes the table holds to its end. */
static kc_status await_change(MYSQL *mysql, const char *database, const char *name, struct kc_error *err)
{
    char sql[2 * (2 * 512 + 3) + 64], doing[300], *p = sql;
    MYSQL_RES *res;
    kc_status status;

    p += sprintf(p, "SELECT 1 FROM ");
    p = kc_quote_name(p, database);
    *p++ = '.';
    p = kc_quote_name(p, name);
    (void)sprintf(p, " LIMIT 0");
    (void)snprintf(doing, sizeof(doing), "read table %.100s.%.100s", database, name);
    status = kc_connection_query(mysql, sql, doing, &res, err);
    if (status == KC_OK)
        mysql_free_result(res);
    return status;
}

static kc_status take_columns(MYSQL_RES *res, struct kc_table *t, struct kc_error *err)
{
    for (uint32_t i = 0; i < t->n_columns; i++) {
        MYSQL_ROW row = mysql_fetch_row(res);
        struct kc_column *c = &t->columns[i];

        if (row == NULL || row[0] == NULL || row[1] == NULL || row[2] == NULL || row[4] == NULL)
            return kc_fail(err, KC_ERR_FATAL, "the columns of %s.%s are incomplete", t->database, t->name);
        c->name = strdup(row[0]);
        c->type_text = strdup(row[1]);
        c->data_type = strdup(row[2]);
        c->charset = row[3] != NULL ? strdup(row[3]) : NULL;
        c->nullable = strcmp(row[4], "YES") == 0;
        c->generated =
            row[5] != NULL && strstr(row[5], "GENERATED") != NULL && strstr(row[5], "DEFAULT_GEN") == NULL;
        if (c->name == NULL || c->type_text == NULL || c->data_type == NULL ||
            (row[3] != NULL && c->charset == NULL))
            return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading table %s.%s", t->database,
                           t->name);
    }
    return KC_OK;
}

static struct kc_column *find_column(struct kc_table *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_columns; i++)
        if (strcasecmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    return NULL;
}

/* One part of an index: its name, column, length of a prefix, and whether the index is not unique. */
static kc_status take_part(struct kc_table *t, MYSQL_ROW row, struct kc_index **index, struct kc_error *err)
{
    if (*index == NULL || strcmp((*index)->name, row[0]) != 0) {
        *index = kc_table_add_index(t, row[0], row[3] != NULL && row[3][0] == '0');
        if (*index == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading table %s.%s", t->database,
                           t->name);
    }
    if (row[1] == NULL || row[2] != NULL) /* an expression, or the beginning of a column */
        (*index)->whole = false;
    return row[1] != NULL ? kc_index_add_column(*index, row[1], err) : KC_OK;
}

/* PRIMARY, which comes first, becomes the columns' places in the key; the others stay indexes. */
static kc_status take_key(MYSQL_RES *res, struct kc_table *t, struct kc_error *err)
{
    struct kc_index *index = NULL;
    bool usable = true;
    kc_status status = KC_OK;
    int32_t next = 0;
    MYSQL_ROW row;

    while (status == KC_OK && (row = mysql_fetch_row(res)) != NULL) {
        struct kc_column *c = row[1] != NULL ? find_column(t, row[1]) : NULL;

        if (strcmp(row[0], "PRIMARY") != 0) {
            status = take_part(t, row, &index, err);
            continue;
        }
        usable = usable && c != NULL && row[2] == NULL;
        if (c != NULL)
            c->key_position = next++;
    }
    t->indexes_known = true;
    t->primary_key = next > 0 && usable;
    if (!t->primary_key)
        kc_table_choose_unique(t);
    return status;
}

static kc_status read_key(MYSQL *mysql, struct kc_table *t, struct kc_error *err)
{
    MYSQL_RES *res;
    kc_status status =
        query_table(mysql,
                    "SELECT INDEX_NAME, COLUMN_NAME, SUB_PART, NON_UNIQUE FROM information_schema.STATISTICS "
                    "WHERE TABLE_SCHEMA = '%s' AND TABLE_NAME = '%s' ORDER BY INDEX_NAME <> 'PRIMARY', "
                    "INDEX_NAME, SEQ_IN_INDEX",
                    t->database, t->name, &res, err);

    if (status < 0)
        return status;
    status = take_key(res, t, err);
    mysql_free_result(res);
    return status;
}

/*
 * With lower_case_table_names a table is found by any spelling, but its changes are logged under one: another spelling
 * would lose them without a word.
 */
static kc_status check_spelling(MYSQL *mysql, const struct kc_table *t, struct kc_error *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status = query_table(
        mysql,
        "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '%s' "
        "AND TABLE_NAME = '%s'",
        t->database, t->name, &res, err);

    if (status < 0)
        return status;
    row = mysql_fetch_row(res);
    if (row != NULL && row[0] != NULL && strcmp(row[0], t->database) != 0)
        status =
            kc_fail(err, KC_ERR_CONFIG, "database.name: the server spells database %s as %s; write it so",
                    t->database, row[0]);
    else if (row != NULL && row[1] != NULL && strcmp(row[1], t->name) != 0)
        status =
            kc_fail(err, KC_ERR_CONFIG, "table.include.list: the server spells table %s as %s; write it so",
                    t->name, row[1]);
    mysql_free_result(res);
    return status;
}

/* WITH SYSTEM VERSIONING adds two columns to the log's rows, which nothing shows unless the table declares them. */
static kc_status check_history(MYSQL *mysql, const struct kc_table *t, struct kc_error *err)
{
    MYSQL_RES *res;
    kc_status status = query_table(
        mysql,
        "SELECT 1 FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = '%s' AND t.TABLE_NAME = "
        "'%s' AND t.TABLE_TYPE = 'SYSTEM VERSIONED' AND NOT EXISTS (SELECT 1 FROM "
        "information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = "
        "t.TABLE_NAME AND c.GENERATION_EXPRESSION = 'ROW END')",
        t->database, t->name, &res, err);

    if (status < 0)
        return status;
    if (mysql_num_rows(res) > 0)
        status =
            kc_fail(err, KC_ERR_CONFIG,
                    "table %s.%s is WITH SYSTEM VERSIONING, and its changes come with columns that its "
                    "definition hides: declare them (ROW START, ROW END, PERIOD FOR SYSTEM_TIME), or leave "
                    "the table out of table.include.list",
                    t->database, t->name);
    mysql_free_result(res);
    return status;
}

/*
 * MariaDB's JSON is a LONGTEXT whose constraint is json_valid(); from here on its data_type says so. The server shows
 * constraints to who may SELECT from the whole database, else none: then the fields are plain texts.
 */
static kc_status find_json(MYSQL *mysql, struct kc_table *t, struct kc_error *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status =
        query_table(mysql,
                    "SELECT c.COLUMN_NAME FROM information_schema.COLUMNS c JOIN "
                    "information_schema.CHECK_CONSTRAINTS k ON k.CONSTRAINT_SCHEMA = c.TABLE_SCHEMA AND "
                    "k.TABLE_NAME = c.TABLE_NAME AND k.CHECK_CLAUSE = CONCAT('json_valid(`', "
                    "REPLACE(c.COLUMN_NAME, '`', '``'), '`)') WHERE c.DATA_TYPE = 'longtext' AND "
                    "c.TABLE_SCHEMA = '%s' AND c.TABLE_NAME = '%s'",
                    t->database, t->name, &res, err);

    if (status < 0)
        return status;
    while ((row = mysql_fetch_row(res)) != NULL) {
        struct kc_column *c = row[0] != NULL ? find_column(t, row[0]) : NULL;

        if (c != NULL)
            (void)strcpy(c->data_type, "json"); /* shorter than longtext */
    }
    mysql_free_result(res);
    return KC_OK;
}

static kc_status take_charset(struct kc_table *t, const char *collation, struct kc_error *err)
{
    char charset[COLLATION_BYTES] = "";

    kc_ddl_charset_of_collation(collation, charset, sizeof(charset));
    t->charset = charset[0] != '\0' ? strdup(charset) : NULL;
    return t->charset != NULL || charset[0] == '\0'
               ? KC_OK
               : kc_fail(err, KC_ERR_NOMEM, "out of memory while reading table %s.%s", t->database, t->name);
}

kc_status kc_table_read(MYSQL *mysql, const char *database, const char *name, struct kc_table **table,
                        struct kc_error *err)
{
    struct kc_table *t = NULL;
    MYSQL_RES *res = NULL;
    char collation[COLLATION_BYTES];
    kc_status status = check_exists(mysql, database, name, collation, err);

    if (status == KC_OK)
        status = await_change(mysql, database, name, err);
    if (status < 0)
        return status;
    status =
        query_table(mysql,
                    "SELECT COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, CHARACTER_SET_NAME, IS_NULLABLE, EXTRA FROM "
                    "information_schema.COLUMNS WHERE TABLE_SCHEMA = '%s' AND TABLE_NAME = '%s' ORDER BY "
                    "ORDINAL_POSITION",
                    database, name, &res, err);
    if (status < 0)
        return status;
    if (mysql_num_rows(res) == 0) {
        status = kc_fail(err, KC_ERR_CONFIG,
                         "the columns of %s.%s are hidden from the user: GRANT SELECT ON `%s`.`%s`", database,
                         name, database, name);
        goto done;
    }
    t = kc_table_create(database, name, (uint32_t)mysql_num_rows(res));
    if (t == NULL) {
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory while reading table %s.%s", database, name);
        goto done;
    }
    status = take_charset(t, collation, err);
    if (status == KC_OK)
        status = take_columns(res, t, err);
    if (status == KC_OK)
        status = check_spelling(mysql, t, err);
    if (status == KC_OK && mariadb_connection(mysql))
        status = check_history(mysql, t, err);
    if (status == KC_OK && mariadb_connection(mysql))
        status = find_json(mysql, t, err);
    if (status == KC_OK)
        status = read_key(mysql, t, err);
    if (status == KC_OK)
        status = kc_table_finish(t, err);
done:
    mysql_free_result(res);
    if (status == KC_OK)
        *table = t;
    else
        kc_table_destroy(t);
    return status;
}

kc_status kc_table_estimate(MYSQL *mysql, const struct kc_table *table, uint64_t *rows, struct kc_error *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status =
        query_table(mysql,
                    "SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = '%s' AND "
                    "TABLE_NAME = '%s'",
                    table->database, table->name, &res, err);

    if (status < 0)
        return status;
    row = mysql_fetch_row(res);
    *rows = row != NULL && row[0] != NULL ? strtoull(row[0], NULL, 10) : 0;
    mysql_free_result(res);
    return KC_OK;
}

kc_status kc_names_read(MYSQL *mysql, const char *database, bool *any_case,
                        char charset[KC_CHARSET_NAME_BYTES], struct kc_error *err)
{
    MYSQL_RES *res;
    MYSQL_ROW row;
    kc_status status = query_table(mysql,
                                   "SELECT @@lower_case_table_names, (SELECT DEFAULT_CHARACTER_SET_NAME FROM "
                                   "information_schema.SCHEMATA WHERE SCHEMA_NAME = '%s' AND '' = '%s')",
                                   database, "", &res, err);

    if (status < 0)
        return status;
    row = mysql_fetch_row(res);
    *any_case = row != NULL && row[0] != NULL && strcmp(row[0], "0") != 0;
    (void)snprintf(charset, KC_CHARSET_NAME_BYTES, "%s", row != NULL && row[1] != NULL ? row[1] : "");
    mysql_free_result(res);
    return KC_OK;
}
