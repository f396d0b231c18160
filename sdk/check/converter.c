/* converter.c - converters on sample records: the same bytes each time, and back again. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SAMPLES = 64, NOT_LIVE = KC_REC_DROPPED | KC_REC_FAILED };

/* One instance and what it is asked. */
struct side {
    struct check *c;
    struct kc_kit *k;
    const struct kc_converter_ops *ops;
    int32_t which;
    void *self;
    char refusal[500]; /* the first one */
};

static const char *name_of(const struct side *s)
{
    return s->which == KC_FOR_KEY ? "as key" : "as value";
}

static bool open_side(struct side *s)
{
    struct kc_error err = {.struct_size = sizeof(err)}, *lent;
    struct kc_map map;
    kc_status status;

    s->self = NULL;
    kc_kit_enter(s->k, "open");
    lent = kc_kit_error(s->k);
    status = kc_kit_config(s->k, s->c->component->config, s->c->options->settings, &map, &err);
    if (status >= 0) {
        status = s->ops->open(kc_kit_ctx(s->k), &map, s->which, &s->self, lent);
        err = *lent;
    }
    kc_kit_leave(s->k);
    (void)kc_kit_config(s->k, NULL, NULL, &map, NULL); /* the configuration is gone now */
    if (status < 0)
        check_open_failed(s->c, name_of(s), status, err.message);
    return status >= 0;
}

static void close_side(struct side *s)
{
    kc_kit_enter(s->k, "close");
    s->ops->close(s->self);
    kc_kit_leave(s->k);
}

static struct kc_record live_sample(const struct kc_record *r)
{
    struct kc_record copy = *r;

    copy.flags &= ~(uint32_t)KC_REC_SKIP; /* of no concern to a converter */
    return copy;
}

/* encode() of these records into the kit's buffers; false: refused. */
static bool encode(struct side *s, const struct kc_record *records, uint32_t n, struct kc_bytes **out,
                   struct kc_slices **slices)
{
    struct kc_batch *b = kc_kit_lend(s->k, records, n, 0);
    struct kc_error *lent;
    const char *failed = NULL;
    kc_status status;

    *out = kc_kit_bytes(s->k);
    *slices = kc_kit_slices(s->k);
    kc_kit_enter(s->k, "encode");
    lent = kc_kit_error(s->k);
    status = s->ops->encode(s->self, b, *out, *slices, lent);
    for (uint32_t i = 0; i < n && failed == NULL; i++)
        failed = kc_kit_record_failure(s->k, i);
    if ((status < 0 || failed != NULL) && s->refusal[0] == '\0')
        strncpy(s->refusal, status < 0 ? lent->message : failed, sizeof(s->refusal) - 1);
    kc_kit_leave(s->k);
    return status >= 0 && failed == NULL;
}

static bool judge_slices(struct side *s, const struct kc_record *records, uint32_t n,
                         const struct kc_bytes *out, const struct kc_slices *slices)
{
    uint32_t expected = 0, before = 0;
    bool has_not_live = false;

    for (uint32_t i = 0; i < n; i++) {
        expected += (records[i].flags & NOT_LIVE) == 0;
        has_not_live = has_not_live || (records[i].flags & NOT_LIVE) != 0;
    }
    for (uint64_t i = 0; i < slices->len; i++) {
        const struct kc_slice *one = &slices->list[i];

        if (one->record >= n || one->record < before) {
            check_fail(s->c, "%s: slice %lu belongs to record %u: slices come in the order of the records",
                       name_of(s), (unsigned long)i, one->record);
            return false;
        }
        before = one->record;
        if ((records[one->record].flags & NOT_LIVE) != 0) {
            check_fail(s->c, "%s: it encoded a record with the flags 0x%x, which is left out", name_of(s),
                       records[one->record].flags);
            return false;
        }
        if (one->start > out->len || one->len > out->len - one->start || (one->is_null && one->len != 0)) {
            check_fail(s->c, "%s: slice %lu is not within the output", name_of(s), (unsigned long)i);
            return false;
        }
    }
    if (s->which == KC_FOR_KEY && slices->len != expected) {
        check_fail(s->c, "as key: %lu slices for %u records: a key is exactly one slice",
                   (unsigned long)slices->len, expected);
        return false;
    }
    return true;
}

/* A copy of an output, to compare with. */
struct output {
    uint8_t *bytes;
    struct kc_slice *slices;
    uint64_t len, n;
};

static struct output keep(struct kc_bytes *out, struct kc_slices *slices)
{
    struct output o = {out->data, slices->list, out->len, slices->len};

    out->data = NULL; /* taken over; the kit begins anew */
    slices->list = NULL;
    return o;
}

static void drop(struct output *o)
{
    free(o->bytes);
    free(o->slices);
    *o = (struct output){0};
}

static bool same(const struct output *a, const struct output *b)
{
    return a->len == b->len && a->n == b->n && (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0) &&
           (a->n == 0 || memcmp(a->slices, b->slices, a->n * sizeof(*a->slices)) == 0);
}

/* The same records again, by this instance and by another one, give the same bytes. */
static bool same_bytes(struct side *s, const struct kc_record *records, uint32_t n)
{
    struct kc_bytes *out;
    struct kc_slices *slices;
    struct output first = {0}, again = {0};
    bool good;

    if (!encode(s, records, n, &out, &slices)) {
        check_fail(s->c, "%s: the batch of all records was refused, which had been taken one by one: %s",
                   name_of(s), s->refusal);
        return false;
    }
    good = judge_slices(s, records, n, out, slices);
    first = keep(out, slices);
    for (int round = 0; round < 2 && good; round++) {
        struct side other = *s;

        if (round == 1 && !open_side(&other))
            break;
        good = encode(&other, records, n, &out, &slices);
        again = keep(out, slices);
        good = good && same(&first, &again);
        drop(&again);
        if (!good)
            check_fail(s->c, "%s: the same batch gave other bytes %s", name_of(s),
                       round == 0 ? "the second time" : "by another instance");
        if (round == 1)
            close_side(&other);
    }
    drop(&first);
    return good;
}

/* Puts bytes in the place of a record's key or value, as they come from Kafka. */
static struct kc_record raw(const struct side *s, const struct kc_record *from, const struct output *o)
{
    struct kc_record r = {.partition = 0,
                          .timestamp_ms = from->timestamp_ms,
                          .topic = from->topic,
                          .event_us = KC_NO_TIMESTAMP,
                          .checkpoint_ms = KC_NO_TIMESTAMP};
    struct kc_value v = {0};

    if (!o->slices[0].is_null)
        v = (struct kc_value){
            .type = KC_BYTES, .len = o->slices[0].len, .as = {.bytes = o->bytes + o->slices[0].start}};
    if (s->which == KC_FOR_KEY)
        r.key = v;
    else
        r.value = v;
    return r;
}

/* decode() of what encode() made, and encode() of that: the same bytes. */
static bool back(struct side *s, const struct kc_record *record)
{
    struct kc_bytes *out;
    struct kc_slices *slices;
    struct output first, again;
    struct kc_record r;
    struct kc_batch *b;
    struct kc_error *lent;
    const char *why;
    kc_status status;
    bool good;

    if (!encode(s, record, 1, &out, &slices) || slices->len != 1)
        return true; /* nothing that could be read back alone */
    first = keep(out, slices);
    r = raw(s, record, &first);
    b = kc_kit_lend(s->k, &r, 1, 0);
    kc_kit_enter(s->k, "decode");
    lent = kc_kit_error(s->k);
    status = s->ops->decode(s->self, b, lent);
    if (status < 0 || kc_kit_record_failure(s->k, 0) != NULL) {
        check_fail(s->c, "%s: decode() refuses what encode() made of %s: %s", name_of(s),
                   kc_kit_record_text(s->k, record),
                   status < 0 ? lent->message : kc_kit_record_failure(s->k, 0));
        kc_kit_leave(s->k);
        drop(&first);
        return false;
    }
    kc_kit_leave(s->k);
    why = kc_kit_record_problem(kc_batch_at(b, 0));
    if (why != NULL)
        check_fail(s->c, "%s: a record that decode() made %s", name_of(s), why);
    r = *kc_batch_at(b, 0);
    good = why == NULL && encode(s, &r, 1, &out, &slices);
    again = keep(out, slices);
    if (why == NULL && (!good || !same(&first, &again)))
        check_fail(s->c, "%s: encoding what was decoded gives other bytes, for %s", name_of(s),
                   kc_kit_record_text(s->k, record));
    good = good && same(&first, &again);
    drop(&first);
    drop(&again);
    return good;
}

static void check_encode(struct side *s)
{
    struct kc_record good[MAX_SAMPLES];
    uint32_t n = 0, n_good = 0, n_live = 0;
    const struct kc_record *all = kc_kit_samples(s->k, &n);
    struct kc_bytes *out;
    struct kc_slices *slices;
    bool fine = true;

    for (uint32_t i = 0; i < n && n_good < MAX_SAMPLES && fine; i++) {
        struct kc_record r = live_sample(&all[i]);

        if (!encode(s, &r, 1, &out, &slices))
            continue;
        fine = judge_slices(s, &r, 1, out, slices);
        n_live += (r.flags & NOT_LIVE) == 0;
        good[n_good++] = r;
    }
    fine = fine && same_bytes(s, good, n_good);
    if (fine && n_live == 0)
        check_skip(s->c, "%s: it took none of the sample records, the first because: %s", name_of(s),
                   s->refusal);
    else if (fine)
        check_pass(s->c, "%s: open, encode, close: %u sample records, with the same bytes each time",
                   name_of(s), n_live);
    if (!fine || n_live == 0 || !KC_CAN(struct kc_converter_ops, s->ops, decode))
        return;
    for (uint32_t i = 0; i < n_good && fine; i++)
        fine = back(s, &good[i]);
    if (fine)
        check_pass(s->c, "%s: decode gives back what encode made", name_of(s));
}

void check_converter(struct check *c)
{
    for (int32_t which = KC_FOR_KEY; which <= KC_FOR_VALUE; which++) {
        struct side s = {.c = c, .k = check_kit(c), .ops = c->component->ops, .which = which};

        if (open_side(&s)) {
            if (KC_CAN(struct kc_converter_ops, s.ops, encode))
                check_encode(&s);
            else
                check_skip(c, "%s: it only decodes, and there are no samples of its bytes", name_of(&s));
            kc_kit_take_back(s.k);
            close_side(&s);
        }
        if (kc_kit_schema_refs(s.k) > 0)
            check_fail(c, "%s: close() leaves %ld references to schemas", name_of(&s),
                       (long)kc_kit_schema_refs(s.k));
        (void)check_kit_end(c, s.k);
    }
}
