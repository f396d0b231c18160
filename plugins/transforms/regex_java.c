#include "regex_java.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

/* The pattern being read, and its translation, which is never more than 5/3 as long: \uXXXX becomes \x{XXXX}. */
struct reader {
    struct kc_str in;
    uint32_t at;
    char *out;
    size_t n;
    bool in_class;
    struct kc_error *err;
};

static char peek(const struct reader *r, uint32_t ahead)
{
    return r->at + ahead < r->in.len ? r->in.ptr[r->at + ahead] : '\0';
}

static void put(struct reader *r, const char *text, size_t n)
{
    memcpy(r->out + r->n, text, n);
    r->n += n;
}

static kc_status refuse(const struct reader *r, const char *what)
{
    return kc_fail(r->err, KC_ERR_CONFIG, "the regular expression %.*s uses %s, which is not supported here",
                   (int)r->in.len, r->in.ptr, what);
}

/* Everything between \Q and \E is literal. */
static void quoted(struct reader *r)
{
    uint32_t start = r->at;

    while (r->at < r->in.len && !(peek(r, 0) == '\\' && peek(r, 1) == 'E'))
        r->at++;
    r->at = r->at + 2 < r->in.len ? r->at + 2 : r->in.len;
    put(r, r->in.ptr + start, r->at - start);
}

static kc_status escape(struct reader *r)
{
    char c = peek(r, 1);

    if (c == 'Q') {
        quoted(r);
        return KC_OK;
    }
    if (c == 'u') {
        for (uint32_t i = 2; i < 6; i++)
            if (!isxdigit((unsigned char)peek(r, i)))
                return refuse(r, "\\u without four hexadecimal digits");
        put(r, "\\x{", 3);
        put(r, r->in.ptr + r->at + 2, 4);
        put(r, "}", 1);
        r->at += 6;
        return KC_OK;
    }
    if (c == 'K' || c == 'C' || c == 'g' || (c == 'N' && peek(r, 2) != '{'))
        return refuse(r, "an escape that Java does not have");
    put(r, r->in.ptr + r->at, r->at + 1 < r->in.len ? 2 : 1);
    r->at += 2;
    return KC_OK;
}

/* (?flags) and (?flags:...): only those that mean the same on both sides. */
static kc_status check_flags(struct reader *r)
{
    uint32_t i = 2;

    while (isalpha((unsigned char)peek(r, i)) || peek(r, i) == '-') {
        if (strchr("imsx-", peek(r, i)) == NULL && (peek(r, i) != 'P' || i > 2))
            return refuse(r, "an inline flag other than i, m, s and x");
        i++;
    }
    return KC_OK;
}

static kc_status plain(struct reader *r)
{
    char c = peek(r, 0);

    if (r->in_class && c == '[')
        return refuse(r, "a character class within a character class");
    if (r->in_class && c == '&' && peek(r, 1) == '&')
        return refuse(r, "the intersection of character classes, &&");
    if (!r->in_class && c == '(' && peek(r, 1) == '*')
        return refuse(r, "(*, which is no Java");
    if (!r->in_class && c == '(' && peek(r, 1) == '?' && check_flags(r) < 0)
        return KC_ERR_CONFIG;
    if (c == '[') {
        r->in_class = true;
        put(r, &c, 1);
        r->at++;
        if (peek(r, 0) == '^') {
            put(r, "^", 1);
            r->at++;
        }
        if (peek(r, 0) == ']')
            return refuse(r, "] as the first character of a class");
        return KC_OK;
    }
    if (c == ']')
        r->in_class = false;
    put(r, &c, 1);
    r->at++;
    return KC_OK;
}

kc_status kc_regex_from_java(struct kc_str pattern, char **out, struct kc_error *err)
{
    struct reader r = {.in = pattern, .err = err};
    kc_status status = KC_OK;

    r.out = malloc((size_t)pattern.len * 2 + 1);
    if (r.out == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a regular expression");
    while (r.at < pattern.len && status >= 0)
        status = peek(&r, 0) == '\\' ? escape(&r) : plain(&r);
    if (status < 0) {
        free(r.out);
        return status;
    }
    r.out[r.n] = '\0';
    *out = r.out;
    return KC_OK;
}
