#include "task/encoder.h"

#include <stdlib.h>

#include "task/component_open.h"
#include "task/heap_bytes.h"
#include "task/retry.h"

static kc_status grow_slices(struct kc_slices *s, uint64_t more)
{
    uint64_t cap = s->cap == 0 ? 256 : s->cap;
    struct kc_slice *list;

    if (more > INT32_MAX || s->len > INT32_MAX)
        return KC_ERR_NOMEM;
    while (cap < s->len + more)
        cap *= 2;
    list = realloc(s->list, cap * sizeof(*list));
    if (list == NULL)
        return KC_ERR_NOMEM;
    s->list = list;
    s->cap = cap;
    return KC_OK;
}

static kc_status open_one(struct kc_converter *c, struct kc_task *task, const char *role, int32_t which,
                          struct kc_error *err)
{
    struct kc_parsed *config = NULL;
    kc_status status = kc_component_prepare(&c->ctx, task, role, KC_KIND_CONVERTER, &config, err);

    if (status < 0)
        return status;
    c->ctx.stage = which == KC_FOR_KEY ? "KEY_CONVERTER" : "VALUE_CONVERTER";
    c->ops = c->ctx.component.def->ops;
    c->slices = c->late = (struct kc_slices){.struct_size = sizeof(c->slices), .grow = grow_slices};
    if (KC_CAN(struct kc_converter_ops, c->ops, encode)) {
        kc_ctx_enter(&c->ctx, "open");
        status = c->ops->open(&c->ctx, kc_parsed_map(config), which, &c->self, err);
        kc_ctx_leave(&c->ctx);
        c->opened = status >= 0;
    } else {
        status = kc_fail(err, KC_ERR_CONFIG, "%s cannot write, only read", c->ctx.component.label);
    }
    kc_parsed_destroy(config);
    return status;
}

kc_status kc_encoder_open(struct kc_encoder *e, struct kc_task *task, struct kc_error *err)
{
    kc_status status;

    *e = (struct kc_encoder){.key_bytes = kc_heap_bytes()};
    status = open_one(&e->key, task, KC_ROLE_KEY_CONVERTER, KC_FOR_KEY, err);
    if (status >= 0)
        status = open_one(&e->value, task, KC_ROLE_VALUE_CONVERTER, KC_FOR_VALUE, err);
    return status;
}

static void close_one(struct kc_converter *c)
{
    if (c->opened) {
        kc_ctx_enter(&c->ctx, "close");
        c->ops->close(c->self);
        kc_ctx_leave(&c->ctx);
    }
    if (c->ctx.task != NULL)
        kc_ctx_finish(&c->ctx);
    free(c->slices.list);
    free(c->late.list);
}

void kc_encoder_close(struct kc_encoder *e)
{
    close_one(&e->key);
    close_one(&e->value);
    free(e->key_bytes.data);
    *e = (struct kc_encoder){0};
}

static kc_status run_one(struct kc_converter *c, struct kc_batch *b, struct kc_bytes *out,
                         struct kc_error *err)
{
    struct kc_attempts attempts = {0};
    uint64_t before = out->len;
    kc_status status;

    do {
        c->slices.len = 0;
        out->len = before;
        kc_ctx_enter(&c->ctx, "encode");
        status = c->ops->encode(c->self, b, out, &c->slices, err);
        kc_ctx_leave(&c->ctx);
    } while (status == KC_ERR_RETRY && kc_retry_wait(c->ctx.task, &attempts, err) == KC_RETRY_AGAIN);
    if (status != KC_ERR_RETRY)
        return status;
    c->slices.len = 0;
    return kc_retry_settle(&c->ctx, &attempts, b, err);
}

/* One record as it came. Whatever goes wrong, its dead letter then has no key or no value. */
static bool run_late(struct kc_converter *c, struct kc_batch *one, uint32_t index, struct kc_bytes *out)
{
    struct kc_error ignored = KC_ERROR_INIT;
    uint64_t bytes = out->len, slices = c->late.len;
    kc_status status;

    kc_ctx_enter(&c->ctx, "encode");
    status = c->ops->encode(c->self, one, out, &c->late, &ignored);
    kc_ctx_leave(&c->ctx);
    if (status < 0 || !kc_is_live(one->records)) {
        out->len = bytes;
        c->late.len = slices;
        return false;
    }
    for (uint64_t i = slices; i < c->late.len; i++)
        c->late.list[i].record = index;
    return true;
}

/* Singly, because a converter may merge neighbours, and before anything is sent, because `out` may move
 * while it grows. */
static void run_originals(struct kc_encoder *e, const struct kc_batch *b, struct kc_failures *failures,
                          struct kc_out *out)
{
    e->key.late.len = e->value.late.len = 0;
    failures->muted = true;
    for (size_t i = 0; i < failures->n; i++) {
        struct kc_batch one = *b;
        struct kc_record r;

        if (failures->list[i].original == NULL)
            continue;
        r = *failures->list[i].original;
        one.records = &r;
        one.n_records = 1;
        if (run_late(&e->key, &one, failures->list[i].index, &e->key_bytes))
            (void)run_late(&e->value, &one, failures->list[i].index, &out->bytes);
    }
    failures->muted = false;
}

kc_status kc_encoder_run(struct kc_encoder *e, struct kc_batch *b, struct kc_out *out,
                         struct kc_pairing *pairs, struct kc_error *err)
{
    kc_status status;

    e->key_bytes.len = 0;
    status = run_one(&e->key, b, &e->key_bytes, err);
    if (status >= 0)
        status = run_one(&e->value, b, &out->bytes, err);
    if (status >= 0)
        run_originals(e, b, &e->key.ctx.task->failures, out);
    *pairs = (struct kc_pairing){.batch = b,
                                 .key_bytes = &e->key_bytes,
                                 .value_bytes = &out->bytes,
                                 .keys = &e->key.slices,
                                 .values = &e->value.slices,
                                 .late_keys = &e->key.late,
                                 .late_values = &e->value.late};
    return status;
}
