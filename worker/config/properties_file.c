#include "config/properties_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { MAX_FILE_BYTES = 1 << 20 };

struct reader {
    const char *at;
    const char *end;
    int line;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static bool at_line_end(const struct reader *r)
{
    return r->at == r->end || *r->at == '\n' || *r->at == '\r';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

/* Steps over one line end: \n, \r or \r\n. */
static void next_line(struct reader *r)
{
    if (r->at == r->end)
        return;
    if (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n')
        r->at++;
    r->at++;
    r->line++;
}

/* The four digits of a \u escape, or -1. */
static int32_t hex4(struct reader *r)
{
    int32_t unit = 0;

    if (r->end - r->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = memchr(digits, *r->at >= 'A' && *r->at <= 'F' ? *r->at + 32 : *r->at, 16);

        if (digit == NULL)
            return -1;
        unit = unit * 16 + (int32_t)(digit - digits);
        r->at++;
    }
    return unit;
}

static void add_utf8(struct kc_buf *out, uint32_t c)
{
    char bytes[4];
    size_t n;

    if (c < 0x80) {
        bytes[0] = (char)c;
        n = 1;
    } else if (c < 0x800) {
        bytes[0] = (char)(0xc0 | (c >> 6));
        bytes[1] = (char)(0x80 | (c & 0x3f));
        n = 2;
    } else if (c < 0x10000) {
        bytes[0] = (char)(0xe0 | (c >> 12));
        bytes[1] = (char)(0x80 | ((c >> 6) & 0x3f));
        bytes[2] = (char)(0x80 | (c & 0x3f));
        n = 3;
    } else {
        bytes[0] = (char)(0xf0 | (c >> 18));
        bytes[1] = (char)(0x80 | ((c >> 12) & 0x3f));
        bytes[2] = (char)(0x80 | ((c >> 6) & 0x3f));
        bytes[3] = (char)(0x80 | (c & 0x3f));
        n = 4;
    }
    kc_buf_add(out, bytes, n);
}

/* Behind "\u": one character, which two escapes make when the first is a high surrogate. */
static kc_status read_unicode(struct reader *r, struct kc_buf *out, struct kc_error *err)
{
    int32_t unit = hex4(r);

    if (unit >= 0xd800 && unit <= 0xdbff && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u') {
        int32_t low;

        r->at += 2;
        low = hex4(r);
        if (low >= 0xdc00 && low <= 0xdfff) {
            add_utf8(out, (uint32_t)(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
            return KC_OK;
        }
        unit = -1;
    }
    if (unit <= 0 || (unit >= 0xd800 && unit <= 0xdfff))
        return kc_fail(err, KC_ERR_CONFIG, "line %d: \\u needs the four hexadecimal digits of a character",
                       r->line);
    add_utf8(out, (uint32_t)unit);
    return KC_OK;
}

/* Behind a backslash: an escape, or a line end that continues the line. */
static kc_status read_escape(struct reader *r, struct kc_buf *out, struct kc_error *err)
{
    static const char names[] = "tnrf", meanings[] = "\t\n\r\f";
    const char *name;
    char c;

    if (at_line_end(r)) {
        next_line(r);
        skip_blanks(r);
        return KC_OK;
    }
    c = *r->at++;
    if (c == 'u')
        return read_unicode(r, out, err);
    name = memchr(names, c, 4);
    if (name != NULL)
        c = meanings[name - names];
    kc_buf_add(out, &c, 1);
    return KC_OK;
}

/* Reads to the line's end, or for a key to the first blank, = or : that is not escaped. */
static kc_status read_part(struct reader *r, bool key, struct kc_buf *out, struct kc_error *err)
{
    while (!at_line_end(r)) {
        char c = *r->at;

        if (key && (c == '=' || c == ':' || is_blank(c)))
            break;
        r->at++;
        if (c == '\0')
            return kc_fail(err, KC_ERR_CONFIG, "line %d holds a zero byte; this is not a text file", r->line);
        if (c == '\\') {
            kc_status status = read_escape(r, out, err);

            if (status < 0)
                return status;
        } else {
            kc_buf_add(out, &c, 1);
        }
    }
    return KC_OK;
}

static kc_status read_pair(struct reader *r, struct kc_buf *key, struct kc_buf *value, struct kc_error *err)
{
    kc_status status = read_part(r, true, key, err);

    if (status < 0)
        return status;
    skip_blanks(r);
    if (r->at < r->end && (*r->at == '=' || *r->at == ':')) {
        r->at++;
        skip_blanks(r);
    }
    status = read_part(r, false, value, err);
    kc_buf_add(key, "", 0);
    kc_buf_add(value, "", 0);
    if (status >= 0 && (key->failed || value->failed))
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    return status;
}

kc_status kc_properties_parse(const char *text, size_t len, kc_property_fn *fn, void *arg,
                              struct kc_error *err)
{
    struct reader r = {.at = text, .end = text + len, .line = 1};
    struct kc_buf key = {0}, value = {0};
    kc_status status = KC_OK;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        r.at += 3; /* a byte order mark, which editors on Windows put there */
    while (status >= 0 && r.at < r.end) {
        int line = r.line;

        skip_blanks(&r);
        if (r.at < r.end && (*r.at == '#' || *r.at == '!')) {
            while (!at_line_end(&r))
                r.at++;
        } else if (!at_line_end(&r)) {
            kc_buf_clear(&key);
            kc_buf_clear(&value);
            status = read_pair(&r, &key, &value, err);
            if (status >= 0)
                status = fn(arg, line, key.data != NULL ? key.data : "", value.data != NULL ? value.data : "",
                            err);
        }
        next_line(&r);
    }
    kc_buf_finish(&key);
    kc_buf_finish(&value);
    return status;
}

char *kc_properties_read(const char *path, size_t *len, struct kc_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    size_t n = 0;

    if (fd < 0) {
        kc_fail_errno(err, KC_ERR_CONFIG, "cannot read the worker's configuration %s", path);
        return NULL;
    }
    text = malloc(MAX_FILE_BYTES + 2);
    while (text != NULL && n <= MAX_FILE_BYTES) {
        ssize_t got = read(fd, text + n, MAX_FILE_BYTES + 1 - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            kc_fail_errno(err, KC_ERR_CONFIG, "cannot read the worker's configuration %s", path);
            goto fail;
        }
        if (got == 0)
            break;
        n += (size_t)got;
    }
    if (text == NULL) {
        kc_fail(err, KC_ERR_NOMEM, "out of memory while reading %s", path);
        goto fail;
    }
    if (n > MAX_FILE_BYTES) {
        kc_fail(err, KC_ERR_CONFIG, "%s is larger than 1 MiB; this is not a worker's configuration", path);
        goto fail;
    }
    close(fd);
    text[n] = '\0';
    *len = n;
    return text;

fail:
    close(fd);
    free(text);
    return NULL;
}
