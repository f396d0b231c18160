/* check_tables.c - are the tables there, of types that we follow, and may we read all of their columns? */
#include "check.h"

#include <mysqld_error.h>
#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "connection.h"
#include "source.h"
#include "table_reader.h"

enum { NAME_BYTES = 2 * 512 + 3 };

/* What came of one table. */
enum found { FOUND_GOOD, FOUND_BAD, FOUND_DENIED };

static bool check_database(struct kc_check *c)
{
    struct kc_error err = kc_check_no_error();
    const char *name = c->config.database;

    if (mysql_select_db(c->mysql, name) == 0)
        return true;
    (void)kc_connection_fail(c->mysql, "use the database", &err);
    if (err.vendor_code == ER_BAD_DB_ERROR)
        kc_check_problem(
            c, "database.name",
            "the database %.64s does not exist: correct database.name, or CREATE DATABASE `%.64s`", name,
            name);
    else if (kc_check_denied(&err))
        kc_check_problem(c, "database.name",
                         "the database %.64s does not exist, or the account %s may not see it: correct "
                         "database.name, or GRANT SELECT ON `%.64s`.* TO %s",
                         name, c->account, name, c->account);
    else
        kc_check_problem(c, "database.name", "%s", err.message);
    return false;
}

/* `select` without rows: the server looks at the grants for every column all the same. */
static kc_status try_select(struct kc_check *c, const char *select, const char *table, struct kc_error *err)
{
    char *sql = NULL, doing[300];
    kc_status status;

    if (asprintf(&sql, "%s LIMIT 0", select) < 0)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    (void)snprintf(doing, sizeof(doing), "read rows of %.80s.%.80s", c->config.database, table);
    status = kc_connection_query(c->mysql, sql, doing, NULL, err);
    free(sql);
    return status;
}

/* Before its definition is read, because tables without a grant do not show in information_schema at all. */
static kc_status try_name(struct kc_check *c, const struct kc_table_name *t, struct kc_error *err)
{
    char database[NAME_BYTES], name[NAME_BYTES], sql[2 * NAME_BYTES + 32];

    if (strlen(t->database) > 512 || strlen(t->name) > 512)
        return KC_OK; /* which the reading of the definition tells */
    (void)kc_quote_name(database, t->database);
    (void)kc_quote_name(name, t->name);
    (void)snprintf(sql, sizeof(sql), "SELECT * FROM %s.%s", database, name);
    return try_select(c, sql, t->name, err);
}

static kc_status try_definition(struct kc_check *c, const struct kc_table_name *t, struct kc_error *err)
{
    struct kc_table *table = NULL;
    kc_status status = kc_table_read(c->mysql, t->database, t->name, &table, err);
    char *sql = status == KC_OK ? kc_chunk_select(table, NULL, 0) : NULL;

    if (status == KC_OK)
        status = sql != NULL ? try_select(c, sql, t->name, err) : kc_fail(err, KC_ERR_NOMEM, "out of memory");
    free(sql);
    kc_table_destroy(table);
    return status;
}

/* Also without a snapshot: a definition lacks the columns that the account may not see, and rows could not be read by it. */
static enum found check_table(struct kc_check *c, const struct kc_table_name *t)
{
    struct kc_error err = kc_check_no_error();
    kc_status status = try_name(c, t, &err);

    if (status == KC_OK)
        status = try_definition(c, t, &err);
    if (status >= 0)
        return FOUND_GOOD;
    if (kc_check_denied(&err))
        return FOUND_DENIED;
    if (err.vendor_code == ER_NO_SUCH_TABLE)
        kc_check_problem(c, "table.include.list",
                         "the table %.64s.%.64s does not exist: create it, or correct table.include.list",
                         t->database, t->name);
    else if (err.vendor_code == ER_LOCK_WAIT_TIMEOUT)
        kc_logf(NULL, KC_LOG_INFO, "table %.64s.%.64s is locked at this moment and was not looked at",
                t->database, t->name);
    else
        kc_check_problem(c, "table.include.list", "%s", err.message);
    return err.vendor_code == ER_LOCK_WAIT_TIMEOUT ? FOUND_GOOD : FOUND_BAD;
}

/* One statement when it is the same for all tables, else one for each. */
static void report_denied(struct kc_check *c, const enum found *found, uint32_t n_looked_at,
                          uint32_t n_denied)
{
    const char *database = c->config.database;

    if (n_denied > 1 && n_denied == c->config.n_tables) {
        kc_check_problem(c, "database.user",
                         "the account %s may read none of the tables: GRANT SELECT ON `%.64s`.* TO %s",
                         c->account, database, c->account);
        return;
    }
    for (uint32_t i = 0; i < n_looked_at; i++)
        if (found[i] == FOUND_DENIED)
            kc_check_problem(c, "database.user",
                             "the account %s may not read all of the table %.64s.%.64s: GRANT SELECT ON "
                             "`%.64s`.`%.64s` TO %s",
                             c->account, database, c->config.tables[i].name, database,
                             c->config.tables[i].name, c->account);
}

void kc_check_tables(struct kc_check *c)
{
    enum found *found;
    uint32_t n = 0, n_denied = 0;

    if (!check_database(c))
        return;
    found = calloc(c->config.n_tables, sizeof(*found));
    if (found == NULL)
        return;
    while (n < c->config.n_tables && kc_source_clock() < c->deadline_ms) {
        found[n] = check_table(c, &c->config.tables[n]);
        n_denied += found[n++] == FOUND_DENIED;
    }
    if (n < c->config.n_tables)
        kc_logf(NULL, KC_LOG_INFO, "only %u of %u tables were looked at, because the server is slow", n,
                c->config.n_tables);
    report_denied(c, found, n, n_denied);
    free(found);
}
