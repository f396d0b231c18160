#include "properties.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

struct reader {
    const char *at, *end;
    int line;     /* natural lines, from 1 */
    char *joined; /* a logical line; as long as the whole text, so that it never has to grow */
    size_t n;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static bool is_end(char c)
{
    return c == '\n' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

/* Steps over one line end, if there is one. */
static void next_line(struct reader *r)
{
    if (r->at == r->end)
        return;
    if (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n')
        r->at++;
    r->at++;
    r->line++;
}

static void skip_comment(struct reader *r)
{
    while (r->at < r->end && !is_end(*r->at))
        r->at++;
}

/* Copies up to the line's end. True: its last backslash was not escaped, so the next line belongs to it. */
static bool take_natural_line(struct reader *r)
{
    bool escaped = false;

    while (r->at < r->end && !is_end(*r->at)) {
        char c = *r->at++;

        escaped = c == '\\' && !escaped;
        r->joined[r->n++] = c;
    }
    if (escaped)
        r->n--;
    return escaped && r->at < r->end;
}

/* The next logical line that is neither empty nor a comment. False: the text is over. */
static bool next_logical_line(struct reader *r, int *line)
{
    bool joins = false;

    for (r->n = 0; r->n == 0; joins = false) {
        skip_blanks(r);
        if (r->at == r->end)
            return false;
        *line = r->line;
        if (*r->at == '#' || *r->at == '!')
            skip_comment(r);
        else
            joins = take_natural_line(r);
        next_line(r);
        /* Behind a backslash alone, Java still takes what follows for the beginning of a line. */
        while (joins && r->n > 0) {
            skip_blanks(r);
            joins = take_natural_line(r);
            next_line(r);
        }
    }
    return true;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *p, const char *end)
{
    int32_t unit = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        char c = p[i] >= 'A' && p[i] <= 'F' ? (char)(p[i] - 'A' + 'a') : p[i];
        const char *digit = memchr(digits, c, 16);

        if (digit == NULL)
            return -1;
        unit = unit * 16 + (int32_t)(digit - digits);
    }
    return unit;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* Behind "\u": moves *from over the digits of one character. -1: they make none. */
static int32_t read_unicode(const char **from, const char *end)
{
    int32_t high = hex4(*from, end), low;

    if (high < 0)
        return -1;
    *from += 4;
    if (high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || end - *from < 6 || (*from)[0] != '\\' || (*from)[1] != 'u')
        return -1;
    low = hex4(*from + 2, end);
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    *from += 6;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Resolves escapes in place, which never makes a text longer. -1: a \u without a character. */
static int64_t unescape(char *text, size_t n)
{
    const char *from = text, *end = text + n;
    char *to = text;

    while (from < end) {
        static const char names[] = "tnrf", meanings[] = "\t\n\r\f";
        const char *name;
        char c = *from++;

        if (c != '\\' || from == end) {
            *to++ = c;
            continue;
        }
        c = *from++;
        if (c == 'u') {
            int32_t code = read_unicode(&from, end);

            if (code < 0)
                return -1;
            to = put_utf8(to, (uint32_t)code);
            continue;
        }
        name = memchr(names, c, 4);
        *to++ = name != NULL ? meanings[name - names] : c;
    }
    return to - text;
}

/* Where the key ends, and where the value begins. */
static size_t split(const char *line, size_t n, size_t *value)
{
    size_t key = 0, at;
    bool escaped = false, separated = false;

    while (key < n && (escaped || (line[key] != '=' && line[key] != ':' && !is_blank(line[key])))) {
        escaped = line[key] == '\\' && !escaped;
        key++;
    }
    for (at = key; at < n; at++) {
        if (is_blank(line[at]))
            continue;
        if (separated || (line[at] != '=' && line[at] != ':'))
            break;
        separated = true;
    }
    *value = at;
    return key;
}

static kc_status give(struct reader *r, int line, kc_properties_fn *fn, void *arg, struct kc_error *err)
{
    size_t value_at, key_len = split(r->joined, r->n, &value_at);
    int64_t key = unescape(r->joined, key_len);
    int64_t value = unescape(r->joined + value_at, r->n - value_at);

    if (key < 0 || value < 0)
        return kc_fail(err, KC_ERR_CONFIG,
                       "line %d has a \\u without the four hexadecimal digits of a character", line);
    fn(arg, (struct kc_str){r->joined, (uint32_t)key, 0},
       (struct kc_str){r->joined + value_at, (uint32_t)value, 0});
    return KC_OK;
}

kc_status kc_properties_each(const char *text, size_t len, kc_properties_fn *fn, void *arg,
                             struct kc_error *err)
{
    struct reader r = {.at = text, .end = text + len, .line = 1, .joined = malloc(len + 1)};
    kc_status status = KC_OK;
    int line = 0;

    if (r.joined == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        r.at += 3; /* a byte order mark, which editors on Windows put there */
    while (status == KC_OK && next_logical_line(&r, &line))
        status = give(&r, line, fn, arg, err);
    explicit_bzero(r.joined, len + 1);
    free(r.joined);
    return status;
}
