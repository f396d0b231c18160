#include "statement.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { WORD_BYTES = 64 * 4 + 1 }; /* 64 characters of an identifier, in UTF-8 */

enum token { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_DOT, TOKEN_OTHER };

struct reader {
    const char *p;
    const char *end;
    char
        word[WORD_BYTES]; /* of TOKEN_WORD and TOKEN_QUOTED; longer ones are cut, they name nothing of ours */
};

static bool word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static const char *find(const char *p, const char *end, const char *what)
{
    const char *at = memmem(p, (size_t)(end - p), what, strlen(what));

    return at != NULL ? at + strlen(what) : end;
}

/* Passes blanks and comments. What stands in an executable comment is read like anything else. */
static void skip_blank(struct reader *r)
{
    while (r->p < r->end) {
        size_t left = (size_t)(r->end - r->p);

        if (isspace((unsigned char)*r->p) || *r->p == '\0') {
            r->p++;
        } else if (*r->p == '#' ||
                   (left > 2 && memcmp(r->p, "--", 2) == 0 && isspace((unsigned char)r->p[2]))) {
            r->p = find(r->p, r->end, "\n");
        } else if (left > 2 && (memcmp(r->p, "/*!", 3) == 0 || (left > 3 && memcmp(r->p, "/*M!", 4) == 0))) {
            r->p += r->p[2] == '!' ? 3 : 4;
            while (r->p < r->end && isdigit((unsigned char)*r->p))
                r->p++;
        } else if (left > 1 && memcmp(r->p, "*/", 2) == 0) {
            r->p += 2;
        } else if (left > 1 && memcmp(r->p, "/*", 2) == 0) {
            r->p = find(r->p + 2, r->end, "*/");
        } else {
            return;
        }
    }
}

/* Backticks and double quotes: an identifier (or, without ANSI_QUOTES, a text that does no harm as one). */
static enum token quoted(struct reader *r, char quote)
{
    size_t n = 0;

    for (r->p++; r->p < r->end; r->p++) {
        if (*r->p == quote) {
            if (r->p + 1 == r->end || r->p[1] != quote)
                break;
            r->p++;
        } else if (*r->p == '\\' && quote == '"' && r->p + 1 < r->end) {
            r->p++;
        }
        if (n + 1 < sizeof(r->word))
            r->word[n++] = *r->p;
    }
    r->word[n] = '\0';
    if (r->p < r->end)
        r->p++;
    return TOKEN_QUOTED;
}

static enum token next_token(struct reader *r)
{
    size_t n = 0;

    skip_blank(r);
    if (r->p >= r->end)
        return TOKEN_END;
    if (*r->p == '`' || *r->p == '"')
        return quoted(r, *r->p);
    if (*r->p == '\'') {
        for (r->p++; r->p < r->end && *r->p != '\''; r->p++)
            if (*r->p == '\\' && r->p + 1 < r->end)
                r->p++;
        if (r->p < r->end)
            r->p++;
        return TOKEN_OTHER;
    }
    if (!word_byte(*r->p))
        return *r->p++ == '.' ? TOKEN_DOT : TOKEN_OTHER;
    for (; r->p < r->end && word_byte(*r->p); r->p++)
        if (n + 1 < sizeof(r->word))
            r->word[n++] = *r->p;
    r->word[n] = '\0';
    return TOKEN_WORD;
}

static bool one_of(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcasecmp(word, *words) == 0)
            return true;
    return false;
}

/*
 * What an ALTER, CREATE, DROP or RENAME is about: the first word that is a kind of object. Before it stand words such as
 * OR REPLACE, UNIQUE, DEFINER = ...; a temporary table is nobody else's, and a view or trigger changes no table.
 */
static enum kc_statement_kind kind_of_object(struct reader *r)
{
    static const char *const tables[] = {"TABLE", "TABLES", "INDEX", NULL};
    static const char *const databases[] = {"DATABASE", "SCHEMA", NULL};
    static const char *const others[] = {
        "TEMPORARY", "VIEW",     "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT",    "USER",      "ROLE",
        "SERVER",    "SEQUENCE", "PACKAGE", "LOGFILE",   "INSTANCE", "RESOURCE", "REFERENCE", NULL};
    enum token token;

    while ((token = next_token(r)) != TOKEN_END) {
        if (token != TOKEN_WORD)
            continue;
        if (one_of(r->word, tables))
            return KC_STATEMENT_TABLES;
        if (one_of(r->word, databases))
            return KC_STATEMENT_DATABASE;
        if (one_of(r->word, others))
            return KC_STATEMENT_OTHER;
    }
    return KC_STATEMENT_OTHER;
}

enum kc_statement_kind kc_statement_kind(struct kc_str sql)
{
    static const char *const tables[] = {"ALTER", "CREATE", "DROP", "RENAME", NULL};
    static const char *const rows[] = {"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", NULL};
    struct reader r = {sql.ptr, sql.ptr + sql.len, ""};

    if (next_token(&r) != TOKEN_WORD)
        return KC_STATEMENT_OTHER;
    if (strcasecmp(r.word, "TRUNCATE") == 0)
        return KC_STATEMENT_TRUNCATE;
    if (one_of(r.word, rows))
        return KC_STATEMENT_ROWS;
    return one_of(r.word, tables) ? kind_of_object(&r) : KC_STATEMENT_OTHER;
}

static bool same_database(const char *name, size_t len, const char *database)
{
    return strlen(database) == len && strncasecmp(name, database, len) == 0;
}

bool kc_statement_names(struct kc_str sql, struct kc_str current_database, const char *database,
                        const char *table)
{
    static const char *const ends[] = {"SELECT", "VALUES", "VALUE", "SET", "WHERE", NULL};
    struct reader r = {sql.ptr, sql.ptr + sql.len, ""};
    enum kc_statement_kind kind = kc_statement_kind(sql);
    char before[WORD_BYTES] = "", last[WORD_BYTES] = "";
    bool dotted = false;
    enum token token;

    while ((token = next_token(&r)) != TOKEN_END) {
        if (token == TOKEN_DOT) {
            memcpy(before, last, sizeof(before));
            dotted = before[0] != '\0';
            continue;
        }
        if (token == TOKEN_OTHER) {
            dotted = false;
            last[0] = '\0';
            continue;
        }
        if (kind == KC_STATEMENT_ROWS && token == TOKEN_WORD && one_of(r.word, ends))
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
