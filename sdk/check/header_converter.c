/* header_converter.c - header converters on the values of the sample records. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

struct header_side {
    struct check *c;
    struct kc_kit *k;
    const struct kc_header_converter_ops *ops;
    void *self;
    char refusal[500];
};

static bool open_side(struct header_side *s)
{
    struct kc_error err = {.struct_size = sizeof(err)}, *lent;
    struct kc_map map;
    kc_status status;

    kc_kit_enter(s->k, "open");
    lent = kc_kit_error(s->k);
    status = kc_kit_config(s->k, s->c->component->config, s->c->options->settings, &map, &err);
    if (status >= 0) {
        status = s->ops->open(kc_kit_ctx(s->k), &map, &s->self, lent);
        err = *lent;
    }
    kc_kit_leave(s->k);
    (void)kc_kit_config(s->k, NULL, NULL, &map, NULL); /* the configuration is gone now */
    if (status < 0)
        check_open_failed(s->c, "", status, err.message);
    return status >= 0;
}

/* The bytes of one header, owned by the caller; NULL: refused. */
static uint8_t *encode(struct header_side *s, const struct kc_record *r, uint64_t *len)
{
    struct kc_batch *b = kc_kit_lend(s->k, r, 1, KC_KIT_READ_ONLY);
    struct kc_bytes *out = kc_kit_bytes(s->k);
    struct kc_error *lent;
    uint8_t *bytes = NULL;
    kc_status status;

    kc_kit_enter(s->k, "encode");
    lent = kc_kit_error(s->k);
    status = s->ops->encode(s->self, b->records->topic, b->records->headers, out, lent);
    if (status < 0 && s->refusal[0] == '\0')
        strncpy(s->refusal, lent->message, sizeof(s->refusal) - 1);
    kc_kit_leave(s->k);
    *len = out->len;
    if (status >= 0 && (bytes = calloc(1, out->len + 1)) != NULL && out->len > 0)
        memcpy(bytes, out->data, out->len);
    return bytes;
}

/* decode() into a header of the caller's, whose value lives in the batch's arena. */
static bool decode(struct header_side *s, const struct kc_record *r, const uint8_t *bytes, uint64_t len,
                   struct kc_header *h)
{
    struct kc_header raw = *r->headers;
    struct kc_record holder = *r;
    struct kc_error *lent;
    struct kc_batch *b;
    kc_status status;

    raw.schema = NULL;
    raw.value = (struct kc_value){.type = KC_BYTES, .len = (uint32_t)len, .as = {.bytes = bytes}};
    holder.headers = &raw;
    b = kc_kit_lend(s->k, &holder, 1, 0);
    *h = b->records->headers[0];
    kc_kit_enter(s->k, "decode");
    lent = kc_kit_error(s->k);
    status = s->ops->decode(s->self, b->records->topic, h, b->arena, lent);
    if (status < 0)
        check_fail(s->c, "decode() refuses what encode() made of %s: %s",
                   kc_kit_value_text(s->k, &r->headers->value, r->headers->schema), lent->message);
    kc_kit_leave(s->k);
    return status >= 0;
}

static bool same(const uint8_t *a, uint64_t a_len, const uint8_t *b, uint64_t b_len)
{
    return b != NULL && a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* One header there and back; *taken: encode() took it. */
static bool round_trip(struct header_side *s, const struct kc_record *r, bool *taken)
{
    uint64_t len, len_again;
    uint8_t *first = encode(s, r, &len), *again;
    struct kc_header h;
    struct kc_record decoded = *r;
    bool good;

    *taken = first != NULL;
    if (first == NULL)
        return true;
    again = encode(s, r, &len_again);
    good = same(first, len, again, len_again);
    free(again);
    if (!good)
        check_fail(s->c, "the same header gave other bytes the second time");
    /* A null header has no bytes that could be read back. */
    if (good && r->headers->value.type != KC_NULL && KC_CAN(struct kc_header_converter_ops, s->ops, decode)) {
        good = decode(s, r, first, len, &h);
        decoded.headers = &h;
        again = good ? encode(s, &decoded, &len_again) : NULL;
        if (good && !same(first, len, again, len_again)) {
            check_fail(s->c, "encoding the header that was decoded gives other bytes, for %s",
                       kc_kit_record_text(s->k, r));
            good = false;
        }
        free(again);
    }
    free(first);
    return good;
}

void check_header_converter(struct check *c)
{
    struct header_side s = {.c = c, .k = check_kit(c), .ops = c->component->ops};
    uint32_t n, n_taken = 0;
    const struct kc_record *all = kc_kit_samples(s.k, &n);
    bool good = open_side(&s), opened = good;

    if (good && !KC_CAN(struct kc_header_converter_ops, s.ops, encode)) {
        check_skip(c, "it only decodes, and there are no samples of its bytes");
        good = false;
    }
    for (uint32_t i = 0; i < n && good; i++) {
        struct kc_header h = {.key = {"sample", 6, 0}, .schema = all[i].value_schema, .value = all[i].value};
        struct kc_record r = all[i];
        bool taken;

        r.headers = &h;
        r.n_headers = 1;
        good = round_trip(&s, &r, &taken);
        n_taken += taken;
    }
    kc_kit_take_back(s.k);
    if (opened) {
        kc_kit_enter(s.k, "close");
        s.ops->close(s.self);
        kc_kit_leave(s.k);
    }
    if (good && n_taken == 0)
        check_skip(c, "it took none of the sample headers, the first because: %s", s.refusal);
    else if (check_kit_end(c, s.k) && good)
        check_pass(c, "open, encode, decode, close: %u sample headers, with the same bytes each time",
                   n_taken);
}
