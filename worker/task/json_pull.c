#include "task/json_pull.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 32, MAX_NUMBER_CHARS = 40 };

static bool mistake(struct kc_json_pull *p)
{
    p->failed = true;
    return false;
}

static void skip_space(struct kc_json_pull *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

bool kc_json_pull_try(struct kc_json_pull *p, char c)
{
    if (p->failed)
        return false;
    skip_space(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

bool kc_json_pull_expect(struct kc_json_pull *p, char c)
{
    return kc_json_pull_try(p, c) || mistake(p);
}

static bool read_hex4(struct kc_json_pull *p, uint32_t *out)
{
    uint32_t v = 0;

    if (p->end - p->at < 4)
        return mistake(p);
    for (int i = 0; i < 4; i++) {
        char c = *p->at++;

        if (c >= '0' && c <= '9')
            v = v * 16 + (uint32_t)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            v = v * 16 + (uint32_t)((c | 32) - 'a' + 10);
        else
            return mistake(p);
    }
    *out = v;
    return true;
}

static void add_code_point(struct kc_buf *out, uint32_t c)
{
    char b[4];
    size_t n;

    if (c < 0x80) {
        b[0] = (char)c, n = 1;
    } else if (c < 0x800) {
        b[0] = (char)(0xc0 | c >> 6), b[1] = (char)(0x80 | (c & 0x3f)), n = 2;
    } else if (c < 0x10000) {
        b[0] = (char)(0xe0 | c >> 12), b[1] = (char)(0x80 | (c >> 6 & 0x3f)),
        b[2] = (char)(0x80 | (c & 0x3f));
        n = 3;
    } else {
        b[0] = (char)(0xf0 | c >> 18), b[1] = (char)(0x80 | (c >> 12 & 0x3f));
        b[2] = (char)(0x80 | (c >> 6 & 0x3f)), b[3] = (char)(0x80 | (c & 0x3f)), n = 4;
    }
    kc_buf_add(out, b, n);
}

/* The backslash has been consumed. */
static bool read_escape(struct kc_json_pull *p, struct kc_buf *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *known;
    uint32_t c, low;

    if (p->at == p->end)
        return mistake(p);
    if (*p->at != 'u') {
        known = *p->at == '\0' ? NULL : strchr(names, *p->at);
        if (known == NULL)
            return mistake(p);
        p->at++;
        kc_buf_add(out, &values[known - names], 1);
        return true;
    }
    p->at++;
    if (!read_hex4(p, &c))
        return false;
    if (c >= 0xd800 && c < 0xdc00) {
        if (p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
            return mistake(p);
        p->at += 2;
        if (!read_hex4(p, &low) || low < 0xdc00 || low > 0xdfff)
            return mistake(p);
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c <= 0xdfff) {
        return mistake(p);
    }
    add_code_point(out, c);
    return true;
}

static bool read_string(struct kc_json_pull *p, struct kc_buf *out)
{
    kc_buf_clear(out);
    kc_buf_str(out, ""); /* an empty text is a text too, not NULL */
    if (!kc_json_pull_expect(p, '"'))
        return false;
    while (p->at < p->end && *p->at != '"') {
        const char *from = p->at;

        while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (uint8_t)*p->at >= 0x20)
            p->at++;
        kc_buf_add(out, from, (size_t)(p->at - from));
        if (p->at < p->end && *p->at == '\\') {
            p->at++;
            if (!read_escape(p, out))
                return false;
        } else if (p->at == p->end || *p->at != '"') {
            return mistake(p);
        }
    }
    return (kc_json_pull_expect(p, '"') && !out->failed) || mistake(p);
}

static bool read_number(struct kc_json_pull *p, struct kc_json_scalar *out)
{
    char text[MAX_NUMBER_CHARS + 1];
    size_t n = 0;
    bool whole = true;
    char *rest;

    while (p->at < p->end && *p->at != '\0' && strchr("+-0123456789.eE", *p->at) != NULL) {
        if (n == MAX_NUMBER_CHARS)
            return mistake(p);
        whole = whole && strchr(".eE", *p->at) == NULL;
        text[n++] = *p->at++;
    }
    text[n] = '\0';
    if (n == 0)
        return mistake(p);
    errno = 0;
    if (!whole) {
        out->kind = KC_JSON_DOUBLE;
        out->real = strtod(text, &rest);
    } else if (text[0] == '-') {
        out->kind = KC_JSON_INTEGER;
        out->integer = strtoll(text, &rest, 10);
    } else {
        uint64_t u = strtoull(text, &rest, 10);

        out->kind = u > INT64_MAX ? KC_JSON_UNSIGNED : KC_JSON_INTEGER;
        out->integer = (int64_t)u;
    }
    if (*rest != '\0' || (whole && errno == ERANGE))
        return mistake(p);
    return true;
}

static bool read_word(struct kc_json_pull *p, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0)
        return mistake(p);
    p->at += n;
    return true;
}

bool kc_json_pull_member(struct kc_json_pull *p, bool *first, struct kc_buf *name)
{
    bool was_first = *first;

    *first = false;
    if (kc_json_pull_try(p, '}'))
        return false;
    if (!was_first && !kc_json_pull_expect(p, ','))
        return false;
    return read_string(p, name) && kc_json_pull_expect(p, ':');
}

bool kc_json_pull_scalar(struct kc_json_pull *p, struct kc_buf *text, struct kc_json_scalar *out)
{
    if (p->failed)
        return false;
    skip_space(p);
    *out = (struct kc_json_scalar){0};
    switch (p->at < p->end ? *p->at : '\0') {
    case '"':
        if (!read_string(p, text))
            return false;
        out->kind = KC_JSON_STRING;
        out->text = text->data;
        out->len = text->len;
        return true;
    case 'n': out->kind = KC_JSON_NULL; return read_word(p, "null");
    case 't': out->kind = KC_JSON_TRUE; return read_word(p, "true");
    case 'f': out->kind = KC_JSON_FALSE; return read_word(p, "false");
    default: return read_number(p, out);
    }
}

static bool skip_value(struct kc_json_pull *p, int depth)
{
    struct kc_buf text = {0};
    struct kc_json_scalar scalar;
    bool ok, first = true;

    if (depth > MAX_DEPTH)
        return mistake(p);
    if (kc_json_pull_try(p, '{')) {
        while (kc_json_pull_member(p, &first, &text) && skip_value(p, depth + 1))
            ;
        ok = !p->failed;
    } else if (kc_json_pull_try(p, '[')) {
        while (!kc_json_pull_try(p, ']') && !p->failed) {
            if ((!first && !kc_json_pull_expect(p, ',')) || !skip_value(p, depth + 1))
                break;
            first = false;
        }
        ok = !p->failed;
    } else {
        ok = kc_json_pull_scalar(p, &text, &scalar);
    }
    kc_buf_finish(&text);
    return ok;
}

bool kc_json_pull_skip(struct kc_json_pull *p)
{
    return skip_value(p, 0);
}

bool kc_json_pull_done(struct kc_json_pull *p)
{
    skip_space(p);
    return !p->failed && p->at == p->end;
}
