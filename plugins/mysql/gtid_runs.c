#include "gtid_runs.h"

#include "le.h"

#include <stdlib.h>
#include <string.h>

static int compare(const struct kc_gtid *a, const struct kc_gtid *b)
{
    int c;

    if (a->domain != b->domain)
        return a->domain < b->domain ? -1 : 1;
    c = memcmp(a->uuid, b->uuid, sizeof(a->uuid));
    return c != 0 ? c : strcmp(a->tag, b->tag);
}

struct kc_gtid_source *kc_gtid_source_find(const struct kc_gtid_set *set, const struct kc_gtid *gtid,
                                           uint32_t *place)
{
    uint32_t low = 0, high = set->n_sources;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int c = compare(&set->sources[mid].id, gtid);

        if (c == 0)
            return &set->sources[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (place != NULL)
        *place = low;
    return NULL;
}

struct kc_gtid_source *kc_gtid_source_get(struct kc_gtid_set *set, const struct kc_gtid *gtid)
{
    struct kc_gtid_source *source;
    uint32_t place = 0;

    if (set->recent < set->n_sources && compare(&set->sources[set->recent].id, gtid) == 0)
        return &set->sources[set->recent];
    source = kc_gtid_source_find(set, gtid, &place);
    if (source == NULL) {
        if (set->n_sources == set->capacity) {
            uint32_t capacity = set->capacity != 0 ? set->capacity * 2 : 4;
            struct kc_gtid_source *grown = realloc(set->sources, capacity * sizeof(*grown));

            if (grown == NULL)
                return NULL;
            set->sources = grown;
            set->capacity = capacity;
        }
        source = &set->sources[place];
        memmove(source + 1, source, (set->n_sources - place) * sizeof(*source));
        memset(source, 0, sizeof(*source));
        source->id = *gtid;
        source->id.number = 0;
        set->n_sources++;
    }
    set->recent = (uint32_t)(source - set->sources);
    return source;
}

/* Index of the first run that ends at `number` or later. */
static uint32_t run_at(const struct kc_gtid_source *source, uint64_t number)
{
    uint32_t low = 0, high = source->n_runs;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;

        if (source->runs[mid].last < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static kc_status insert_run(struct kc_gtid_source *source, uint32_t at, uint64_t first, uint64_t last)
{
    if (source->n_runs == source->capacity) {
        uint32_t capacity = source->capacity != 0 ? source->capacity * 2 : 4;
        struct kc_gtid_run *grown = realloc(source->runs, capacity * sizeof(*grown));

        if (grown == NULL)
            return KC_ERR_NOMEM;
        source->runs = grown;
        source->capacity = capacity;
    }
    memmove(&source->runs[at + 1], &source->runs[at], (source->n_runs - at) * sizeof(*source->runs));
    source->runs[at].first = first;
    source->runs[at].last = last;
    source->n_runs++;
    return KC_OK;
}

kc_status kc_gtid_runs_add(struct kc_gtid_source *source, uint64_t first, uint64_t last)
{
    struct kc_gtid_run *run = source->n_runs != 0 ? &source->runs[source->n_runs - 1] : NULL;
    uint32_t at, after;

    if (run != NULL && first == run->last + 1) { /* a stream's next transaction */
        run->last = last;
        return KC_OK;
    }
    at = run_at(source, first > 0 ? first - 1 : 0); /* a run that ends right before touches too */
    if (at == source->n_runs || source->runs[at].first - 1 > last)
        return insert_run(source, at, first, last);
    run = &source->runs[at];
    if (first < run->first)
        run->first = first;
    for (after = at; after < source->n_runs && source->runs[after].first - 1 <= last; after++)
        if (source->runs[after].last > run->last)
            run->last = source->runs[after].last;
    if (last > run->last)
        run->last = last;
    memmove(run + 1, &source->runs[after], (source->n_runs - after) * sizeof(*run));
    source->n_runs -= after - at - 1;
    return KC_OK;
}

bool kc_gtid_runs_cover(const struct kc_gtid_source *source, uint64_t first, uint64_t last)
{
    uint32_t at = run_at(source, first);

    return at < source->n_runs && source->runs[at].first <= first && source->runs[at].last >= last;
}

static bool has_tags(const struct kc_gtid_set *set)
{
    for (uint32_t i = 0; i < set->n_sources; i++)
        if (set->sources[i].id.tag[0] != '\0')
            return true;
    return false;
}

/*
 * Number of sources (8 bytes), then for each: UUID (16), [tag], number of runs (8), runs as first and last + 1 (8
 * each). Where any source has a tag the form is another: the number of sources stands one byte higher, with a 1
 * below and above it, and each tag is there as one byte of twice its length and its characters (MySQL 8.3).
 */
size_t kc_gtid_set_encode(const struct kc_gtid_set *set, uint8_t *out)
{
    bool tagged = has_tags(set);
    size_t n = 8;

    if (out != NULL)
        kc_put_le64(out, tagged ? UINT64_C(1) << 56 | (uint64_t)set->n_sources << 8 | 1 : set->n_sources);
    for (uint32_t i = 0; i < set->n_sources; i++) {
        const struct kc_gtid_source *s = &set->sources[i];
        size_t tag = strlen(s->id.tag);

        if (out != NULL)
            memcpy(out + n, s->id.uuid, 16);
        n += 16;
        if (tagged) {
            if (out != NULL) {
                out[n] = (uint8_t)(tag << 1);
                memcpy(out + n + 1, s->id.tag, tag);
            }
            n += 1 + tag;
        }
        if (out != NULL)
            kc_put_le64(out + n, s->n_runs);
        n += 8;
        for (uint32_t r = 0; r < s->n_runs; r++, n += 16) {
            if (out == NULL)
                continue;
            kc_put_le64(out + n, s->runs[r].first);
            kc_put_le64(out + n + 8, s->runs[r].last + 1);
        }
    }
    return n;
}
