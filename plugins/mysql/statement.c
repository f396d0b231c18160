#include "statement.h"

#include <string.h>
#include <strings.h>

#include "sql_reader.h"

/*
 * What an ALTER, CREATE, DROP or RENAME is about: the first word that is a kind of object. Before it stand words such as
 * OR REPLACE, UNIQUE, DEFINER = ...; a temporary table is nobody else's, and a view or trigger changes no table.
 */
static enum kc_statement_kind kind_of_object(struct kc_sql_reader *r)
{
    static const char *const tables[] = {"TABLE", "TABLES", "INDEX", NULL};
    static const char *const databases[] = {"DATABASE", "SCHEMA", NULL};
    static const char *const others[] = {
        "TEMPORARY", "VIEW",     "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT",    "USER",      "ROLE",
        "SERVER",    "SEQUENCE", "PACKAGE", "LOGFILE",   "INSTANCE", "RESOURCE", "REFERENCE", NULL};
    enum kc_sql_token token;

    while ((token = kc_sql_next(r)) != KC_SQL_END) {
        if (token != KC_SQL_WORD)
            continue;
        if (kc_sql_one_of(r, tables))
            return KC_STATEMENT_TABLES;
        if (kc_sql_one_of(r, databases))
            return KC_STATEMENT_DATABASE;
        if (kc_sql_one_of(r, others))
            return KC_STATEMENT_OTHER;
    }
    return KC_STATEMENT_OTHER;
}

enum kc_statement_kind kc_statement_kind(struct kc_str sql)
{
    static const char *const tables[] = {"ALTER", "CREATE", "DROP", "RENAME", NULL};
    static const char *const rows[] = {"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", NULL};
    struct kc_sql_reader r;

    kc_sql_begin(&r, sql);
    if (kc_sql_next(&r) != KC_SQL_WORD)
        return KC_STATEMENT_OTHER;
    if (kc_sql_is(&r, "TRUNCATE"))
        return KC_STATEMENT_TRUNCATE;
    if (kc_sql_one_of(&r, rows))
        return KC_STATEMENT_ROWS;
    return kc_sql_one_of(&r, tables) ? kind_of_object(&r) : KC_STATEMENT_OTHER;
}

static bool same_database(const char *name, size_t len, const char *database)
{
    return strlen(database) == len && strncasecmp(name, database, len) == 0;
}

bool kc_statement_names(struct kc_str sql, struct kc_str current_database, const char *database,
                        const char *table)
{
    static const char *const ends[] = {"SELECT", "VALUES", "VALUE", "SET", "WHERE", NULL};
    struct kc_sql_reader r;
    enum kc_statement_kind kind = kc_statement_kind(sql);
    char before[KC_SQL_WORD_BYTES] = "", last[KC_SQL_WORD_BYTES] = "";
    bool dotted = false;
    enum kc_sql_token token;

    kc_sql_begin(&r, sql);
    while ((token = kc_sql_next(&r)) != KC_SQL_END) {
        if (token == KC_SQL_DOT) {
            memcpy(before, last, sizeof(before));
            dotted = before[0] != '\0';
            continue;
        }
        if (token == KC_SQL_SIGN || token == KC_SQL_TEXT) {
            dotted = false;
            last[0] = '\0';
            continue;
        }
        if (kind == KC_STATEMENT_ROWS && kc_sql_one_of(&r, ends))
            return false;
        if (kind == KC_STATEMENT_DATABASE
                ? strcasecmp(r.word, database) == 0
                : strcasecmp(r.word, table) == 0 &&
                      (dotted ? same_database(before, strlen(before), database)
                              : same_database(current_database.ptr, current_database.len, database)))
            return true;
        memcpy(last, r.word, sizeof(last));
        dotted = false;
    }
    return false;
}
