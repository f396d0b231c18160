#include "text_encoding.h"

#include "side.h"
#include "utf8.h"

#include <kconnect/sdk.h>

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <strings.h>

enum { CHUNK_BYTES = 4096, NAME_MAX_BYTES = 64 };

struct kc_text_encoding {
    bool is_utf8;
    bool has_mark;                 /* UTF-16: FE FF in front */
    iconv_t to, from, from_little; /* from_little only with has_mark */
};

#define NO_ICONV ((iconv_t)-1)

bool kc_text_is_utf8(const struct kc_text_encoding *e)
{
    return e->is_utf8;
}

static bool names(const char *name, const char *other)
{
    return strcasecmp(name, other) == 0;
}

struct kc_text_encoding *kc_text_encoding_open(struct kc_str name, struct kc_error *err)
{
    struct kc_text_encoding *e = calloc(1, sizeof(*e));
    char text[NAME_MAX_BYTES];
    const char *real = text;

    if (e == NULL) {
        (void)kc_no_memory(err);
        return NULL;
    }
    e->to = e->from = e->from_little = NO_ICONV;
    (void)snprintf(text, sizeof(text), "%.*s", (int)name.len, name.ptr);
    e->is_utf8 = names(text, "UTF-8") || names(text, "UTF8");
    if (e->is_utf8)
        return e;
    e->has_mark = names(text, "UTF-16") || names(text, "UTF16");
    if (e->has_mark)
        real = "UTF-16BE";
    /* iconv takes suffixes such as //TRANSLIT and an empty name, which are none of Java's. */
    if (name.len > 0 && name.len < sizeof(text) && strchr(text, '/') == NULL) {
        e->to = iconv_open(real, "UTF-8");
        e->from = iconv_open("UTF-8", real);
        if (e->has_mark)
            e->from_little = iconv_open("UTF-8", "UTF-16LE");
    }
    if (e->to == NO_ICONV || e->from == NO_ICONV || (e->has_mark && e->from_little == NO_ICONV)) {
        (void)kc_fail(
            err, KC_ERR_CONFIG,
            "converter.encoding is %s, an encoding that this system does not know; use UTF-8, ISO-8859-1, "
            "US-ASCII, UTF-16 or another that `iconv -l` lists",
            text);
        kc_text_encoding_close(e);
        return NULL;
    }
    return e;
}

void kc_text_encoding_close(struct kc_text_encoding *e)
{
    if (e == NULL)
        return;
    if (e->to != NO_ICONV)
        (void)iconv_close(e->to);
    if (e->from != NO_ICONV)
        (void)iconv_close(e->from);
    if (e->from_little != NO_ICONV)
        (void)iconv_close(e->from_little);
    free(e);
}

/* Runs a conversion to its end, with `instead`, a text in the source's encoding or NULL, for what cannot be converted. */
static bool convert(iconv_t cd, struct kc_out *o, const uint8_t *s, size_t n, bool to_utf8)
{
    char *in = (char *)(uintptr_t)s;

    (void)iconv(cd, NULL, NULL, NULL, NULL);
    while (n > 0) {
        char *out;
        size_t room, done;
        int why;

        if (!kc_out_room(o, CHUNK_BYTES))
            return false;
        out = (char *)o->cur;
        room = CHUNK_BYTES;
        done = iconv(cd, &in, &n, &out, &room);
        why = errno;
        o->cur = (uint8_t *)out;
        if (done != (size_t)-1)
            break;
        if (why == E2BIG)
            continue;
        if (to_utf8) { /* a bad byte, or a character cut short */
            o->cur = kc_put_literal(o->cur, "\xef\xbf\xbd");
            in++;
            n--;
        } else { /* the text is well-formed, so a whole character is what the encoding lacks */
            char mark[] = "?", *p = mark;
            size_t left = 1;
            int len = (uint8_t)*in < 0x80 ? 1 : kc_utf8_sequence((uint8_t *)in, (uint8_t *)in + n);

            room = 16;
            out = (char *)o->cur;
            (void)iconv(cd, &p, &left, &out, &room);
            o->cur = (uint8_t *)out;
            in += len;
            n -= (size_t)len;
        }
    }
    if (!kc_out_room(o, 16))
        return false;
    if (!to_utf8) { /* back to the initial state of a stateful encoding */
        char *out = (char *)o->cur;
        size_t room = 16;

        (void)iconv(cd, NULL, NULL, &out, &room);
        o->cur = (uint8_t *)out;
    }
    return true;
}

kc_status kc_text_encode(struct kc_text_encoding *e, struct kc_out *o, const char *text, size_t n,
                         struct kc_error *err)
{
    const uint8_t *s = (const uint8_t *)text;
    uint8_t *repaired = NULL;
    bool ok;

    if (e->is_utf8)
        return kc_utf8_put(o, s, n) ? KC_OK : kc_no_memory(err);
    if (n == 0)
        return KC_OK;
    if (!kc_utf8_valid(s, n)) {
        repaired = malloc(kc_utf8_repaired_len(s, n));
        if (repaired == NULL)
            return kc_no_memory(err);
        n = (size_t)(kc_utf8_repair(repaired, s, n) - repaired);
        s = repaired;
    }
    ok = (!e->has_mark || kc_out_put(o, "\xfe\xff", 2)) && convert(e->to, o, s, n, false);
    free(repaired);
    return ok ? KC_OK : kc_no_memory(err);
}

/* The direction of bytes of UTF-16 is in their mark, which is no part of the text. */
static iconv_t choose(const struct kc_text_encoding *e, const uint8_t **data, size_t *n)
{
    bool marked = e->has_mark && *n >= 2;
    bool little = marked && (*data)[0] == 0xff && (*data)[1] == 0xfe;

    if (little || (marked && (*data)[0] == 0xfe && (*data)[1] == 0xff)) {
        *data += 2;
        *n -= 2;
    }
    return little ? e->from_little : e->from;
}

kc_status kc_text_decode(struct kc_text_encoding *e, struct kc_arena *a, const uint8_t *data, size_t n,
                         struct kc_value *out, struct kc_error *err)
{
    struct kc_bytes bytes;
    struct kc_out o;
    uint8_t *copy;
    iconv_t cd;

    if (e->is_utf8 && kc_utf8_valid(data, n)) {
        *out = kc_string((const char *)data, (uint32_t)n);
        return KC_OK;
    }
    kc_heap_bytes_init(&bytes);
    kc_out_begin(&o, &bytes);
    if (e->is_utf8) {
        if (!kc_utf8_put(&o, data, n))
            goto no_memory;
    } else {
        cd = choose(e, &data, &n);
        if (!convert(cd, &o, data, n, true))
            goto no_memory;
    }
    kc_out_end(&o);
    if (bytes.len > UINT32_MAX) {
        kc_heap_bytes_free(&bytes);
        return kc_fail(err, KC_ERR_RECORD, "a text is longer than 4 GiB");
    }
    copy = kc_arena_alloc(a, bytes.len + 1);
    if (copy == NULL)
        goto no_memory;
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    *out = kc_string((const char *)copy, (uint32_t)bytes.len);
    kc_heap_bytes_free(&bytes);
    return KC_OK;

no_memory:
    kc_heap_bytes_free(&bytes);
    return kc_no_memory(err);
}
