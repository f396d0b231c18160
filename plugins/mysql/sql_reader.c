#include "sql_reader.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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
static void skip_blank(struct kc_sql_reader *r)
{
    while (r->p < r->end) {
        size_t left = (size_t)(r->end - r->p);

        if (isspace((unsigned char)*r->p) || *r->p == '\0') {
            r->p++;
        } else if (*r->p == '#' ||
                   (left > 2 && memcmp(r->p, "--", 2) == 0 && isspace((unsigned char)r->p[2]))) {
            r->p = find(r->p, r->end, "\n");
        } else if (left > 2 && (memcmp(r->p, "/*!", 3) == 0 || (left > 3 && memcmp(r->p, "/*M!", 4) == 0))) {
            r->conditional = true;
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
static enum kc_sql_token quoted(struct kc_sql_reader *r, char quote)
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
    return KC_SQL_QUOTED;
}

/* Past the closing quote of a text. */
static void skip_text(struct kc_sql_reader *r)
{
    for (r->p++; r->p < r->end; r->p++) {
        if (*r->p == '\\' && r->p + 1 < r->end)
            r->p++;
        else if (*r->p == '\'' && (r->p + 1 == r->end || r->p[1] != '\''))
            break;
        else if (*r->p == '\'')
            r->p++;
    }
    if (r->p < r->end)
        r->p++;
}

static enum kc_sql_token read_token(struct kc_sql_reader *r)
{
    size_t n = 0;

    if (r->p >= r->end)
        return KC_SQL_END;
    if (*r->p == '`' || *r->p == '"')
        return quoted(r, *r->p);
    if (*r->p == '\'') {
        skip_text(r);
        return KC_SQL_TEXT;
    }
    if (!word_byte(*r->p))
        return *r->p++ == '.' ? KC_SQL_DOT : KC_SQL_SIGN;
    for (; r->p < r->end && word_byte(*r->p); r->p++)
        if (n + 1 < sizeof(r->word))
            r->word[n++] = *r->p;
    r->word[n] = '\0';
    return KC_SQL_WORD;
}

enum kc_sql_token kc_sql_next(struct kc_sql_reader *r)
{
    r->was_conditional = r->conditional;
    skip_blank(r);
    r->from = r->p;
    r->token = read_token(r);
    return r->token;
}

void kc_sql_begin(struct kc_sql_reader *r, struct kc_str sql)
{
    memset(r, 0, sizeof(*r));
    r->p = r->from = sql.ptr;
    r->end = sql.ptr + sql.len;
}

bool kc_sql_is(const struct kc_sql_reader *r, const char *keyword)
{
    return r->token == KC_SQL_WORD && strcasecmp(r->word, keyword) == 0;
}

bool kc_sql_one_of(const struct kc_sql_reader *r, const char *const *keywords)
{
    for (; *keywords != NULL; keywords++)
        if (kc_sql_is(r, *keywords))
            return true;
    return false;
}
