#include "gtid_runs.h"

#include <kconnect/sdk.h>

struct cursor {
    const char *p;
    const char *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\r' || *c->p == '\t'))
        c->p++;
}

static bool take(struct cursor *c, char ch)
{
    skip_blanks(c);
    if (c->p >= c->end || *c->p != ch)
        return false;
    c->p++;
    return true;
}

static bool take_number(struct cursor *c, uint64_t *out)
{
    uint64_t v = 0;
    const char *begin;

    skip_blanks(c);
    begin = c->p;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
        if (__builtin_mul_overflow(v, UINT64_C(10), &v) ||
            __builtin_add_overflow(v, (uint64_t)(*c->p - '0'), &v))
            return false;
    *out = v;
    return c->p > begin;
}

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    ch = (char)(ch | 0x20);
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

static bool take_uuid(struct cursor *c, uint8_t uuid[16])
{
    skip_blanks(c);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (c->p >= c->end || *c->p++ != '-')
                return false;
        }
        if (c->end - c->p < 2 || hex_digit(c->p[0]) < 0 || hex_digit(c->p[1]) < 0)
            return false;
        uuid[i] = (uint8_t)(hex_digit(c->p[0]) << 4 | hex_digit(c->p[1]));
        c->p += 2;
    }
    return true;
}

/* A tag: a letter or underscore, then up to 31 letters, digits and underscores; kept in lower case. */
static bool take_tag(struct cursor *c, char tag[KC_GTID_TAG_BYTES])
{
    size_t n = 0;

    skip_blanks(c);
    for (; c->p < c->end; c->p++, n++) {
        char ch = *c->p >= 'A' && *c->p <= 'Z' ? (char)(*c->p | 0x20) : *c->p;
        bool digit = ch >= '0' && ch <= '9';

        if (!(ch == '_' || (ch >= 'a' && ch <= 'z') || (digit && n > 0)))
            break;
        if (n == KC_GTID_TAG_BYTES - 1)
            return false;
        tag[n] = ch;
    }
    memset(tag + n, 0, KC_GTID_TAG_BYTES - n);
    return n > 0;
}

/* One "uuid:1-5:9:tag:1-3"; *out_of_memory tells the two ways to fail apart. */
static bool parse_uuid_part(struct kc_gtid_set *set, struct cursor *c, bool *out_of_memory)
{
    struct kc_gtid id = {.flavor = KC_FLAVOR_MYSQL};

    if (!take_uuid(c, id.uuid))
        return false;
    while (take(c, ':')) {
        struct kc_gtid_source *source;
        uint64_t first, last;

        skip_blanks(c);
        if (c->p < c->end && !(*c->p >= '0' && *c->p <= '9')) {
            if (!take_tag(c, id.tag))
                return false;
            continue;
        }
        if (!take_number(c, &first))
            return false;
        last = first;
        if (take(c, '-') && !take_number(c, &last))
            return false;
        if (first == 0 || last >= INT64_MAX)
            return false;
        if (last < first)
            continue; /* the server reads an empty run as nothing */
        source = kc_gtid_source_get(set, &id);
        *out_of_memory = source == NULL || kc_gtid_runs_add(source, first, last) < 0;
        if (*out_of_memory)
            return false;
    }
    return true;
}

static bool parse_domain_part(struct kc_gtid_set *set, struct cursor *c, bool *out_of_memory)
{
    struct kc_gtid id = {.flavor = KC_FLAVOR_MARIADB};
    uint64_t domain, server;

    if (!take_number(c, &domain) || !take(c, '-') || !take_number(c, &server) || !take(c, '-') ||
        !take_number(c, &id.number) || domain > UINT32_MAX || server > UINT32_MAX)
        return false;
    id.domain = (uint32_t)domain;
    id.server = (uint32_t)server;
    *out_of_memory = kc_gtid_set_add(set, &id) < 0;
    return !*out_of_memory;
}

static bool parse_parts(struct kc_gtid_set *set, struct cursor *c, bool *out_of_memory)
{
    skip_blanks(c);
    while (c->p < c->end) {
        bool good = set->flavor == KC_FLAVOR_MARIADB ? parse_domain_part(set, c, out_of_memory)
                                                     : parse_uuid_part(set, c, out_of_memory);

        if (!good)
            return false;
        skip_blanks(c);
        if (c->p == c->end)
            break;
        if (!take(c, ','))
            return false;
        skip_blanks(c);
    }
    return true;
}

kc_status kc_gtid_set_parse(enum kc_flavor flavor, const char *text, size_t len, struct kc_gtid_set **set,
                            struct kc_error *err)
{
    struct cursor c = {text, text + len};
    struct kc_gtid_set *made = kc_gtid_set_create(flavor);
    bool out_of_memory = made == NULL;

    if (out_of_memory || !parse_parts(made, &c, &out_of_memory)) {
        kc_gtid_set_destroy(made);
        if (out_of_memory)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading a GTID set");
        return kc_fail(err, KC_ERR_CONFIG, "'%.*s' is not a GTID set of %s: the fault is at character %zu",
                       (int)(len < 100 ? len : 100), text, flavor == KC_FLAVOR_MARIADB ? "MariaDB" : "MySQL",
                       (size_t)(c.p - text) + 1);
    }
    *set = made;
    return KC_OK;
}
