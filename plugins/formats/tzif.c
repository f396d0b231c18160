#include "tzif.h"

#include <kconnect/sdk.h>

#include <errno.h>
#include <stdlib.h>

/*
 * TZif, RFC 8536 section 3. Integers are big-endian. A header and its data with 4-byte times, then from version 2 on
 * the same again with 8-byte times, then a footer: a POSIX TZ string between newlines.
 *
 *   offset size
 *        0    4  "TZif"
 *        4    1  version: 0, '2', '3' ...
 *        5   15  reserved
 *       20   24  six counts: UT/local flags, standard/wall flags, leap seconds, transitions, types, bytes of names
 */
enum {
    HEADER_BYTES = 44,
    TYPE_BYTES = 6, /* offset 4, is summer time 1, index of the name 1 */
    FILE_MAX_BYTES = 256 * 1024,
    OFFSET_LIMIT_S = 26 * 3600,
};

struct counts {
    uint32_t ut, standard, leaps, changes, types, names;
};

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be_time(const uint8_t *p, size_t size)
{
    if (size == 4)
        return (int32_t)be32(p);
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* Reads a header and gives the bytes of the data block behind it; false: malformed or longer than the file. */
static bool header(const uint8_t *p, size_t n, size_t time_size, struct counts *c, size_t *block)
{
    if (n < HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
        return false;
    *c = (struct counts){be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32), be32(p + 36), be32(p + 40)};
    if (c->ut > n || c->standard > n || c->leaps > n || c->changes > n || c->types > n || c->names > n)
        return false;
    *block = c->changes * (time_size + 1) + (size_t)c->types * TYPE_BYTES + c->names +
             c->leaps * (time_size + 4) + c->standard + c->ut;
    return n - HEADER_BYTES >= *block && c->types > 0 && c->types <= 256;
}

static bool decode_block(const uint8_t *p, size_t time_size, const struct counts *c, struct kc_tzif *out)
{
    const uint8_t *index = p + c->changes * time_size, *types = index + c->changes;

    if (c->leaps != 0) /* the "right/" files count other seconds than Unix time */
        return false;
    out->changes = c->changes > 0 ? calloc(c->changes, sizeof(*out->changes)) : NULL;
    if (c->changes > 0 && out->changes == NULL)
        return false;
    for (uint32_t i = 0; i < c->types; i++) {
        int32_t offset = (int32_t)be32(types + i * TYPE_BYTES);

        if (offset < -OFFSET_LIMIT_S || offset > OFFSET_LIMIT_S)
            return false;
    }
    out->first_offset_s = (int32_t)be32(types);
    for (uint32_t i = 0; i < c->changes; i++) {
        int64_t at_s = be_time(p + i * time_size, time_size);

        if (index[i] >= c->types || (i > 0 && at_s <= out->changes[i - 1].at_s))
            return false;
        out->changes[i].at_s = at_s;
        out->changes[i].offset_s = (int32_t)be32(types + (size_t)index[i] * TYPE_BYTES);
        out->n_changes = i + 1;
    }
    return true;
}

static bool decode_footer(const uint8_t *p, size_t n, struct kc_tzif *out)
{
    char text[128];
    const uint8_t *end = n > 1 && p[0] == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;
    size_t length = end != NULL ? (size_t)(end - p - 1) : 0;

    if (end == NULL || length >= sizeof(text))
        return false;
    if (length == 0)
        return true; /* no rule: what holds after the last change is not known, its offset goes on */
    memcpy(text, p + 1, length);
    text[length] = 0;
    out->has_rule = kc_zone_rule_parse(text, &out->rule);
    if (out->has_rule && out->n_changes == 0)
        out->first_offset_s = out->rule.standard_s;
    return out->has_rule;
}

bool kc_tzif_decode(const uint8_t *data, size_t n, struct kc_tzif *out)
{
    struct counts c;
    size_t block;
    bool ok;

    memset(out, 0, sizeof(*out));
    if (!header(data, n, 4, &c, &block))
        return false;
    if (data[4] == 0) {
        ok = decode_block(data + HEADER_BYTES, 4, &c, out);
    } else {
        data += HEADER_BYTES + block;
        n -= HEADER_BYTES + block;
        ok = header(data, n, 8, &c, &block) && decode_block(data + HEADER_BYTES, 8, &c, out) &&
             decode_footer(data + HEADER_BYTES + block, n - HEADER_BYTES - block, out);
    }
    if (!ok)
        kc_tzif_free(out);
    return ok;
}

void kc_tzif_free(struct kc_tzif *f)
{
    free(f->changes);
    memset(f, 0, sizeof(*f));
}

/* Letters, digits, and what IANA names have between them; no way out of the folder. */
static bool is_zone_name(const char *name)
{
    if (name[0] == '/' || strstr(name, "..") != NULL)
        return false;
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/.") ==
           strlen(name);
}

kc_status kc_tzif_read(const char *name, struct kc_tzif *out, struct kc_error *err)
{
    const char *folder = getenv("TZDIR");
    kc_status status = KC_OK;
    uint8_t *data = NULL;
    char path[512];
    FILE *file = NULL;
    size_t n;

    if (!is_zone_name(name))
        return kc_fail(err, KC_ERR_CONFIG,
                       "\"%s\" is no time zone; use a name such as Asia/Shanghai or an offset such as +08:00",
                       name);
    if (snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : "/usr/share/zoneinfo", name) >=
        (int)sizeof(path))
        return kc_fail(err, KC_ERR_CONFIG, "the path of time zone %s is too long; shorten TZDIR", name);
    file = fopen(path, "rbe");
    if (file == NULL)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "cannot read time zone %s from %s (%s); install tzdata or use an offset such as +08:00", name,
            path, strerror(errno));
    data = malloc(FILE_MAX_BYTES);
    if (data == NULL) {
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory while reading time zone %s", name);
        goto done;
    }
    n = fread(data, 1, FILE_MAX_BYTES, file);
    if (n == FILE_MAX_BYTES || !kc_tzif_decode(data, n, out))
        status = kc_fail(err, KC_ERR_CONFIG, "%s is not a time zone file that can be used; reinstall tzdata",
                         path);

done:
    free(data);
    (void)fclose(file);
    return status;
}
