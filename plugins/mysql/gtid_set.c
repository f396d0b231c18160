#include "gtid_set.h"

#include "gtid_runs.h"

#include <inttypes.h>
#include <kconnect/sdk.h>
#include <stdlib.h>

enum { UUID_TEXT_CHARS = 36 };

static size_t print_uuid(const uint8_t uuid[16], char *text)
{
    static const char hex[] = "0123456789abcdef";
    char *p = text;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[uuid[i] >> 4];
        *p++ = hex[uuid[i] & 15];
    }
    return (size_t)(p - text);
}

size_t kc_gtid_print(const struct kc_gtid *gtid, char text[KC_GTID_TEXT_BYTES])
{
    size_t n;

    text[0] = '\0';
    if (gtid->number == 0)
        return 0;
    if (gtid->flavor == KC_FLAVOR_MARIADB)
        return (size_t)snprintf(text, KC_GTID_TEXT_BYTES, "%" PRIu32 "-%" PRIu32 "-%" PRIu64, gtid->domain,
                                gtid->server, gtid->number);
    n = print_uuid(gtid->uuid, text);
    return n + (size_t)snprintf(text + n, KC_GTID_TEXT_BYTES - n, ":%s%s%" PRIu64, gtid->tag,
                                gtid->tag[0] != '\0' ? ":" : "", gtid->number);
}

struct kc_gtid_set *kc_gtid_set_create(enum kc_flavor flavor)
{
    struct kc_gtid_set *set = calloc(1, sizeof(*set));

    if (set != NULL)
        set->flavor = flavor;
    return set;
}

void kc_gtid_set_destroy(struct kc_gtid_set *set)
{
    if (set == NULL)
        return;
    for (uint32_t i = 0; i < set->n_sources; i++)
        free(set->sources[i].runs);
    free(set->sources);
    free(set);
}

struct kc_gtid_set *kc_gtid_set_copy(const struct kc_gtid_set *set)
{
    struct kc_gtid_set *copy = kc_gtid_set_create(set->flavor);

    if (copy != NULL && kc_gtid_set_union(copy, set) < 0) {
        kc_gtid_set_destroy(copy);
        copy = NULL;
    }
    return copy;
}

kc_status kc_gtid_set_add(struct kc_gtid_set *set, const struct kc_gtid *gtid)
{
    struct kc_gtid_source *source;

    if (gtid->number == 0)
        return KC_OK;
    source = kc_gtid_source_get(set, gtid);
    if (source == NULL)
        return KC_ERR_NOMEM;
    if (set->flavor == KC_FLAVOR_MARIADB) {
        if (gtid->number >= source->last) {
            source->last = gtid->number;
            source->id.server = gtid->server;
        }
        return KC_OK;
    }
    return kc_gtid_runs_add(source, gtid->number, gtid->number);
}

kc_status kc_gtid_set_union(struct kc_gtid_set *set, const struct kc_gtid_set *other)
{
    for (uint32_t i = 0; i < other->n_sources; i++) {
        const struct kc_gtid_source *from = &other->sources[i];
        struct kc_gtid_source *to = kc_gtid_source_get(set, &from->id);

        if (to == NULL)
            return KC_ERR_NOMEM;
        if (from->last > to->last) {
            to->last = from->last;
            to->id.server = from->id.server;
        }
        for (uint32_t r = 0; r < from->n_runs; r++)
            if (kc_gtid_runs_add(to, from->runs[r].first, from->runs[r].last) < 0)
                return KC_ERR_NOMEM;
    }
    return KC_OK;
}

bool kc_gtid_set_is_empty(const struct kc_gtid_set *set)
{
    return set->n_sources == 0;
}

bool kc_gtid_set_contains(const struct kc_gtid_set *set, const struct kc_gtid *gtid)
{
    const struct kc_gtid_source *source = kc_gtid_source_find(set, gtid, NULL);

    if (gtid->number == 0 || source == NULL)
        return false;
    if (set->flavor == KC_FLAVOR_MARIADB)
        return gtid->number <= source->last;
    return kc_gtid_runs_cover(source, gtid->number, gtid->number);
}

bool kc_gtid_set_includes(const struct kc_gtid_set *set, const struct kc_gtid_set *other)
{
    for (uint32_t i = 0; i < other->n_sources; i++) {
        const struct kc_gtid_source *want = &other->sources[i];
        const struct kc_gtid_source *have = kc_gtid_source_find(set, &want->id, NULL);

        if (have == NULL || have->last < want->last)
            return false;
        for (uint32_t r = 0; r < want->n_runs; r++)
            if (!kc_gtid_runs_cover(have, want->runs[r].first, want->runs[r].last))
                return false;
    }
    return true;
}

/* Writes one run as ":5" or ":1-5"; with out NULL only counts. */
static size_t print_run(const struct kc_gtid_run *run, char *out)
{
    char text[48];
    int n = run->first == run->last
                ? snprintf(text, sizeof(text), ":%" PRIu64, run->first)
                : snprintf(text, sizeof(text), ":%" PRIu64 "-%" PRIu64, run->first, run->last);

    if (out != NULL)
        memcpy(out, text, (size_t)n);
    return (size_t)n;
}

/* As the server prints it: the runs of all tags of one UUID in one piece, the untagged ones first. */
static size_t print_mysql(const struct kc_gtid_set *set, char *out)
{
    size_t n = 0;

    for (uint32_t i = 0; i < set->n_sources; i++) {
        const struct kc_gtid_source *s = &set->sources[i];

        if (i == 0 || memcmp(s->id.uuid, set->sources[i - 1].id.uuid, 16) != 0) {
            char uuid[UUID_TEXT_CHARS];

            if (i > 0) {
                if (out != NULL)
                    out[n] = ',';
                n++;
            }
            if (out != NULL)
                memcpy(out + n, uuid, print_uuid(s->id.uuid, uuid));
            n += UUID_TEXT_CHARS;
        }
        if (s->id.tag[0] != '\0') {
            size_t tag = strlen(s->id.tag);

            if (out != NULL) {
                out[n] = ':';
                memcpy(out + n + 1, s->id.tag, tag);
            }
            n += 1 + tag;
        }
        for (uint32_t r = 0; r < s->n_runs; r++)
            n += print_run(&s->runs[r], out != NULL ? out + n : NULL);
    }
    return n;
}

static size_t print_mariadb(const struct kc_gtid_set *set, char *out)
{
    size_t n = 0;

    for (uint32_t i = 0; i < set->n_sources; i++) {
        struct kc_gtid last = set->sources[i].id;
        char text[KC_GTID_TEXT_BYTES];
        size_t len;

        last.number = set->sources[i].last;
        len = kc_gtid_print(&last, text);
        if (out != NULL) {
            if (i > 0)
                out[n] = ',';
            memcpy(out + n + (i > 0), text, len);
        }
        n += len + (i > 0);
    }
    return n;
}

static size_t print_set(const struct kc_gtid_set *set, char *out)
{
    return set->flavor == KC_FLAVOR_MARIADB ? print_mariadb(set, out) : print_mysql(set, out);
}

size_t kc_gtid_set_text_length(const struct kc_gtid_set *set)
{
    return print_set(set, NULL);
}

void kc_gtid_set_print(const struct kc_gtid_set *set, char *text)
{
    text[print_set(set, text)] = '\0';
}

char *kc_gtid_set_text(const struct kc_gtid_set *set)
{
    char *text = malloc(kc_gtid_set_text_length(set) + 1);

    if (text != NULL)
        kc_gtid_set_print(set, text);
    return text;
}
