/*
 * sql_reader.h - the words of a statement: quotes and comments known, grammar not.
 *
 * Borrows the statement. Reading ends at its end whatever stands there; the next token is then KC_SQL_END for ever.
 */
#ifndef KC_MYSQL_SQL_READER_H
#define KC_MYSQL_SQL_READER_H

#include <kconnect/value.h>
#include <stdbool.h>

enum { KC_SQL_WORD_BYTES = 64 * 4 + 1 }; /* 64 characters of an identifier, in UTF-8 */

enum kc_sql_token {
    KC_SQL_END,
    KC_SQL_WORD, /* letters, digits, _ and $: a keyword, a name, a number */
    KC_SQL_QUOTED, /* in backticks or double quotes: a name (or, without ANSI_QUOTES, a text that does no harm as one) */
    KC_SQL_TEXT, /* in single quotes */
    KC_SQL_DOT,
    KC_SQL_SIGN, /* any other byte */
};

struct kc_sql_reader {
    const char *p;
    const char *end;
    const char *from; /* the token's first byte; it ends before p */
    enum kc_sql_token token;
    bool conditional;     /* an executable comment was met: what stands in it is read like anything else */
    bool was_conditional; /* before the token in hand */
    char word[KC_SQL_WORD_BYTES]; /* of WORD and QUOTED, unquoted; longer ones are cut */
};

void kc_sql_begin(struct kc_sql_reader *r, struct kc_str sql);

/* Reads the next token into the reader and returns its kind. */
enum kc_sql_token kc_sql_next(struct kc_sql_reader *r);

/* True when the token in hand is this keyword or one of these (the last is NULL), in any case. */
bool kc_sql_is(const struct kc_sql_reader *r, const char *keyword);
bool kc_sql_one_of(const struct kc_sql_reader *r, const char *const *keywords);

/* True when the token in hand is this sign. */
static inline bool kc_sql_sign(const struct kc_sql_reader *r, char sign)
{
    return r->token == KC_SQL_SIGN && *r->from == sign;
}

#endif
