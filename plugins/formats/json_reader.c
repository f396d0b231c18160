#include "json_reader.h"

#include "side.h"
#include "utf8.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

struct parse {
    struct kc_json_reader *r;
    struct kc_arena *arena;
    struct kc_error *err;
    const uint8_t *start, *at, *end;
};

static const char *const kind_names[] = {
    [KC_JSON_NULL] = "null",          [KC_JSON_FALSE] = "a boolean",  [KC_JSON_TRUE] = "a boolean",
    [KC_JSON_INTEGER] = "an integer", [KC_JSON_REAL] = "a number",    [KC_JSON_STRING] = "a string",
    [KC_JSON_ARRAY] = "an array",     [KC_JSON_OBJECT] = "an object",
};

const char *kc_json_kind_name(uint8_t kind)
{
    return kind_names[kind];
}

static kc_status refuse(const struct parse *p, const char *what)
{
    return kc_fail(p->err, KC_ERR_RECORD, "the message is not JSON: %s at byte %zu", what,
                   (size_t)(p->at - p->start));
}

static void skip_blanks(struct parse *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\t' || *p->at == '\r'))
        p->at++;
}

/* A new node; *index because the array may move. */
static kc_status add(struct parse *p, uint8_t kind, uint32_t *index)
{
    struct kc_json_reader *r = p->r;

    if (r->n == r->cap) {
        uint32_t cap = r->cap == 0 ? 256 : r->cap * 2;
        struct kc_json_node *nodes;

        if (cap <= r->cap || (nodes = realloc(r->nodes, cap * sizeof(*nodes))) == NULL)
            return kc_no_memory(p->err);
        r->nodes = nodes;
        r->cap = cap;
    }
    *index = r->n++;
    r->nodes[*index] = (struct kc_json_node){.text = (const char *)p->at, .kind = kind, .skip = 1};
    return KC_OK;
}

static kc_status word(struct parse *p, const char *text, uint8_t kind)
{
    size_t n = strlen(text);
    uint32_t i;

    if ((size_t)(p->end - p->at) < n || memcmp(p->at, text, n) != 0)
        return refuse(p, "unknown word");
    if (add(p, kind, &i) < 0)
        return KC_ERR_NOMEM;
    p->r->nodes[i].len = (uint32_t)n;
    p->at += n;
    return KC_OK;
}

static bool digits(struct parse *p)
{
    const uint8_t *from = p->at;

    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return p->at > from;
}

static kc_status number(struct parse *p)
{
    const uint8_t *from = p->at;
    uint8_t kind = KC_JSON_INTEGER;
    uint32_t i;

    if (add(p, kind, &i) < 0)
        return KC_ERR_NOMEM;
    if (*p->at == '-')
        p->at++;
    if (!digits(p))
        return refuse(p, "a digit is missing");
    if (p->at < p->end && *p->at == '.') {
        kind = KC_JSON_REAL;
        p->at++;
        if (!digits(p))
            return refuse(p, "a digit is missing");
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        kind = KC_JSON_REAL;
        p->at++;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
            p->at++;
        if (!digits(p))
            return refuse(p, "a digit is missing");
    }
    if (p->at - from > KC_JSON_NUMBER)
        return refuse(p, "a number of more than 1000 characters ends");
    p->r->nodes[i].kind = kind;
    p->r->nodes[i].len = (uint32_t)(p->at - from);
    return KC_OK;
}

/* Four hexadecimal digits behind \u, or -1. */
static int32_t code_unit(const uint8_t *s, const uint8_t *end)
{
    int32_t v = 0;

    if (end - s < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int32_t d = s[i] >= '0' && s[i] <= '9'   ? s[i] - '0'
                    : s[i] >= 'a' && s[i] <= 'f' ? s[i] - 'a' + 10
                    : s[i] >= 'A' && s[i] <= 'F' ? s[i] - 'A' + 10
                                                 : -1;

        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static uint8_t *put_character(uint8_t *dst, int32_t c)
{
    if (c < 0x80) {
        *dst++ = (uint8_t)c;
    } else if (c < 0x800) {
        *dst++ = (uint8_t)(0xc0 | c >> 6);
        *dst++ = (uint8_t)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *dst++ = (uint8_t)(0xe0 | c >> 12);
        *dst++ = (uint8_t)(0x80 | (c >> 6 & 63));
        *dst++ = (uint8_t)(0x80 | (c & 63));
    } else {
        *dst++ = (uint8_t)(0xf0 | c >> 18);
        *dst++ = (uint8_t)(0x80 | (c >> 12 & 63));
        *dst++ = (uint8_t)(0x80 | (c >> 6 & 63));
        *dst++ = (uint8_t)(0x80 | (c & 63));
    }
    return dst;
}

/* One escape at *s, which is a backslash; false: none. A surrogate without its other half becomes U+FFFD. */
static bool put_escape(uint8_t **dst, const uint8_t **s, const uint8_t *end)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const uint8_t *at = *s + 1;
    const char *letter;
    int32_t c;

    if (*at != 'u') {
        letter = *at != 0 ? strchr(letters, *at) : NULL;
        if (letter == NULL)
            return false;
        *(*dst)++ = (uint8_t)bytes[letter - letters];
        *s = at + 1;
        return true;
    }
    c = code_unit(at + 1, end);
    if (c < 0)
        return false;
    at += 5;
    if (c >= 0xd800 && c <= 0xdbff && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        int32_t low = code_unit(at + 2, end);

        if (low >= 0xdc00 && low <= 0xdfff) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
        }
    }
    *dst = put_character(*dst, c >= 0xd800 && c <= 0xdfff ? 0xfffd : c);
    *s = at;
    return true;
}

/* The text between quotation marks, of which at least one character is an escape; never longer than the source. */
static kc_status unescape(struct parse *p, const uint8_t *s, const uint8_t *end, struct kc_json_node *node)
{
    uint8_t *text = kc_arena_alloc(p->arena, (uint64_t)(end - s)), *dst = text;

    if (text == NULL)
        return kc_no_memory(p->err);
    while (s < end) {
        const uint8_t *slash = memchr(s, '\\', (size_t)(end - s));
        size_t n = (size_t)((slash != NULL ? slash : end) - s);

        memcpy(dst, s, n);
        dst += n;
        s += n;
        if (s < end && !put_escape(&dst, &s, end)) {
            p->at = s;
            return refuse(p, "an unknown escape");
        }
    }
    node->text = (const char *)text;
    node->len = (uint32_t)(dst - text);
    return KC_OK;
}

/* Bytes of a string that can be passed over: no quotation mark, no backslash, no control; ASCII. Eight at once. */
static bool eight_are_plain(const uint8_t *s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t v, quotes, slashes;

    memcpy(&v, s, sizeof(v));
    quotes = v ^ ones * '"';
    slashes = v ^ ones * '\\';
    /* Each term has the top bit of a byte that is zero, or below 0x20, or above 0x7f (and perhaps of its neighbours). */
    return (((quotes - ones) | (slashes - ones) | (v - ones * 0x20) | v) & tops) == 0;
}

/* The end of a string without looking at its escapes, NULL: none. */
static const uint8_t *closing_quote(struct parse *p, const uint8_t *s, bool *escaped, bool *ascii)
{
    uint8_t all = 0;

    for (;; s++) {
        while (p->end - s >= 8 && eight_are_plain(s))
            s += 8;
        if (s == p->end)
            return NULL;
        all |= *s;
        if (*s == '"') {
            *ascii = all < 0x80;
            return s;
        }
        if (*s == '\\') {
            *escaped = true;
            if (++s == p->end)
                return NULL;
            all |= *s; /* kc_utf8_valid() looks at a byte behind a backslash too */
        } else if (*s < 0x20) {
            p->at = s;
            return NULL;
        }
    }
}

static kc_status string(struct parse *p)
{
    const uint8_t *from = p->at + 1, *quote;
    bool escaped = false, ascii = true;
    struct kc_json_node *node;
    kc_status status = KC_OK;
    uint32_t i;

    if (add(p, KC_JSON_STRING, &i) < 0)
        return KC_ERR_NOMEM;
    quote = closing_quote(p, from, &escaped, &ascii);
    if (quote == NULL)
        return refuse(p, p->at < from ? "a string without its end" : "a control character in a string");
    if (!ascii && !kc_utf8_valid(from, (size_t)(quote - from)))
        return refuse(p, "a string that is not UTF-8");
    node = &p->r->nodes[i];
    node->text = (const char *)from;
    node->len = (uint32_t)(quote - from);
    if (escaped)
        status = unescape(p, from, quote, node);
    if (status >= 0)
        p->at = quote + 1;
    return status;
}

static kc_status value(struct parse *p, int depth);

static bool next_is(struct parse *p, uint8_t c)
{
    skip_blanks(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

/* An array or an object, whose opening bracket is at p->at. */
static kc_status group(struct parse *p, bool object, int depth)
{
    const uint8_t close = object ? '}' : ']', *from = p->at;
    kc_status status = KC_OK;
    uint32_t i, n = 0;

    if (depth >= KC_JSON_DEPTH)
        return refuse(p, "more than 1000 levels");
    if (add(p, object ? KC_JSON_OBJECT : KC_JSON_ARRAY, &i) < 0)
        return KC_ERR_NOMEM;
    p->at++;
    if (!next_is(p, close)) {
        for (;;) {
            skip_blanks(p);
            if (object) {
                if (p->at == p->end || *p->at != '"')
                    return refuse(p, "a member's name is missing");
                status = string(p);
                if (status >= 0 && !next_is(p, ':'))
                    return refuse(p, "a colon is missing");
                skip_blanks(p);
            }
            if (status >= 0)
                status = value(p, depth + 1);
            if (status < 0)
                return status;
            n++;
            if (next_is(p, close))
                break;
            if (!next_is(p, ','))
                return refuse(p, object ? "a comma or } is missing" : "a comma or ] is missing");
        }
    }
    p->r->nodes[i].n = n;
    p->r->nodes[i].skip = p->r->n - i;
    p->r->nodes[i].len = (uint32_t)(p->at - from);
    return KC_OK;
}

static kc_status value(struct parse *p, int depth)
{
    if (p->at == p->end)
        return refuse(p, "a value is missing");
    switch (*p->at) {
    case '{': return group(p, true, depth);
    case '[': return group(p, false, depth);
    case '"': return string(p);
    case 'n': return word(p, "null", KC_JSON_NULL);
    case 't': return word(p, "true", KC_JSON_TRUE);
    case 'f': return word(p, "false", KC_JSON_FALSE);
    default: break;
    }
    if (*p->at == '-' || (*p->at >= '0' && *p->at <= '9'))
        return number(p);
    return refuse(p, "a value is missing");
}

kc_status kc_json_read(struct kc_json_reader *r, struct kc_arena *a, const uint8_t *data, size_t n,
                       struct kc_error *err)
{
    struct parse p = {.r = r, .arena = a, .err = err, .start = data, .at = data, .end = data + n};
    kc_status status;

    r->n = 0;
    if (n >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        p.at += 3;
    skip_blanks(&p);
    if (p.at == p.end)
        return KC_NOTHING;
    status = value(&p, 0);
    if (status < 0)
        return status;
    skip_blanks(&p);
    return p.at == p.end ? KC_OK : refuse(&p, "something follows the value");
}

void kc_json_reader_finish(struct kc_json_reader *r)
{
    free(r->nodes);
    *r = (struct kc_json_reader){0};
}
