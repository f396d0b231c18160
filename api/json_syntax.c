#include "json_syntax.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

struct scan {
    const uint8_t *at;
    const uint8_t *end;
};

static void blanks(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static bool take(struct scan *s, uint8_t c)
{
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static bool word(struct scan *s, const char *text)
{
    size_t n = strlen(text);

    if ((size_t)(s->end - s->at) < n || memcmp(s->at, text, n) != 0)
        return false;
    s->at += n;
    return true;
}

static bool digits(struct scan *s)
{
    const uint8_t *first = s->at;

    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > first;
}

static bool number(struct scan *s)
{
    (void)take(s, '-');
    if (!take(s, '0') && !digits(s))
        return false;
    if (take(s, '.') && !digits(s))
        return false;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+'))
            (void)take(s, '-');
        return digits(s);
    }
    return true;
}

static bool hex4(struct scan *s)
{
    for (int i = 0; i < 4; i++, s->at++) {
        uint8_t c = s->at < s->end ? *s->at : 0;

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return true;
}

static bool string(struct scan *s)
{
    if (!take(s, '"'))
        return false;
    while (s->at < s->end) {
        size_t step;

        if (*s->at == '"') {
            s->at++;
            return true;
        }
        if (*s->at < 0x20)
            return false;
        if (*s->at == '\\') {
            s->at++;
            if (s->at == s->end || *s->at == 0 || strchr("\"\\/bfnrtu", *s->at) == NULL)
                return false;
            if (*s->at++ == 'u' && !hex4(s))
                return false;
            continue;
        }
        step = kc_utf8_length((const char *)s->at, (size_t)(s->end - s->at));
        if (step == 0)
            return false;
        s->at += step;
    }
    return false;
}

static bool scalar(struct scan *s)
{
    if (s->at == s->end)
        return false;
    switch (*s->at) {
    case '"': return string(s);
    case 't': return word(s, "true");
    case 'f': return word(s, "false");
    case 'n': return word(s, "null");
    default: return number(s);
    }
}

static bool member_name(struct scan *s)
{
    blanks(s);
    if (!string(s))
        return false;
    blanks(s);
    return take(s, ':');
}

/*
 * What stands before the next value: opens as many arrays and objects as there are. False: malformed or too
 * deep.
 */
static bool open_all(struct scan *s, uint8_t *closer, size_t *depth, bool *empty)
{
    *empty = false;
    for (;;) {
        uint8_t c;

        blanks(s);
        if (s->at == s->end)
            return false;
        c = *s->at;
        if (c != '{' && c != '[')
            return true;
        if (*depth == KC_JSON_SYNTAX_DEPTH)
            return false;
        s->at++;
        closer[(*depth)++] = c == '{' ? '}' : ']';
        blanks(s);
        if (take(s, closer[*depth - 1])) {
            (*depth)--;
            *empty = true;
            return true;
        }
        if (c == '{' && !member_name(s))
            return false;
    }
}

bool kc_json_syntax(const char *text, size_t n)
{
    struct scan s = {(const uint8_t *)text, (const uint8_t *)text + n};
    uint8_t closer[KC_JSON_SYNTAX_DEPTH];
    size_t depth = 0;

    for (;;) {
        bool empty;

        if (!open_all(&s, closer, &depth, &empty))
            return false;
        if (!empty && !scalar(&s))
            return false;
        for (;;) { /* after a value: close, or go on to the next one */
            blanks(&s);
            if (depth == 0)
                return s.at == s.end;
            if (take(&s, closer[depth - 1])) {
                depth--;
                continue;
            }
            if (!take(&s, ','))
                return false;
            if (closer[depth - 1] == '}' && !member_name(&s))
                return false;
            break;
        }
    }
}
