#include "task/decoder.h"

#include <string.h>

#include "base/utf8.h"
#include "task/component_open.h"
#include "task/retry.h"

enum { DEAD = KC_REC_DROPPED | KC_REC_FAILED };

static kc_status open_side(struct kc_decoder_side *s, struct kc_task *task, const char *role, int32_t which,
                           struct kc_error *err)
{
    struct kc_parsed *config = NULL;
    kc_status status = kc_component_prepare(&s->ctx, task, role, KC_KIND_CONVERTER, &config, err);

    if (status < 0)
        return status;
    s->ctx.stage = which == KC_FOR_KEY ? "KEY_CONVERTER" : "VALUE_CONVERTER";
    s->ops = s->ctx.component.def->ops;
    if (KC_CAN(struct kc_converter_ops, s->ops, decode)) {
        kc_ctx_enter(&s->ctx, "open");
        status = s->ops->open(&s->ctx, kc_parsed_map(config), which, &s->self, err);
        kc_ctx_leave(&s->ctx);
        s->opened = status >= 0;
    } else {
        status =
            kc_fail(err, KC_ERR_CONFIG, "%s: %s cannot read, only write; a sink needs a converter that can",
                    role, s->ctx.component.label);
    }
    kc_parsed_destroy(config);
    return status;
}

static kc_status open_headers(struct kc_decoder_headers *h, struct kc_task *task, struct kc_error *err)
{
    struct kc_parsed *config = NULL;
    kc_status status;

    if (kc_start_plugin(&task->start, KC_ROLE_HEADER_CONVERTER) == NULL)
        return KC_OK;
    status =
        kc_component_prepare(&h->ctx, task, KC_ROLE_HEADER_CONVERTER, KC_KIND_HEADER_CONVERTER, &config, err);
    if (status < 0)
        return status;
    h->ctx.stage = "HEADER_CONVERTER";
    h->ops = h->ctx.component.def->ops;
    if (KC_CAN(struct kc_header_converter_ops, h->ops, decode)) {
        kc_ctx_enter(&h->ctx, "open");
        status = h->ops->open(&h->ctx, kc_parsed_map(config), &h->self, err);
        kc_ctx_leave(&h->ctx);
        h->opened = status >= 0;
    } else {
        status = kc_fail(err, KC_ERR_CONFIG, KC_ROLE_HEADER_CONVERTER ": %s cannot read, only write",
                         h->ctx.component.label);
    }
    kc_parsed_destroy(config);
    return status;
}

kc_status kc_decoder_open(struct kc_decoder *d, struct kc_task *task, struct kc_error *err)
{
    kc_status status;

    *d = (struct kc_decoder){0};
    status = open_side(&d->key, task, KC_ROLE_KEY_CONVERTER, KC_FOR_KEY, err);
    if (status >= 0)
        status = open_side(&d->value, task, KC_ROLE_VALUE_CONVERTER, KC_FOR_VALUE, err);
    return status < 0 ? status : open_headers(&d->headers, task, err);
}

static void close_one(struct kc_ctx *ctx, bool opened, void (*close)(void *self), void *self)
{
    if (opened) {
        kc_ctx_enter(ctx, "close");
        close(self);
        kc_ctx_leave(ctx);
    }
    if (ctx->task != NULL)
        kc_ctx_finish(ctx);
}

void kc_decoder_close(struct kc_decoder *d)
{
    close_one(&d->key.ctx, d->key.opened, d->key.opened ? d->key.ops->close : NULL, d->key.self);
    close_one(&d->value.ctx, d->value.opened, d->value.opened ? d->value.ops->close : NULL, d->value.self);
    close_one(&d->headers.ctx, d->headers.opened, d->headers.opened ? d->headers.ops->close : NULL,
              d->headers.self);
    *d = (struct kc_decoder){0};
}

/* ---- keys and values ---- */

static kc_status run_side(struct kc_decoder_side *s, struct kc_batch *b, struct kc_error *err)
{
    struct kc_attempts attempts = {0};
    kc_status status;

    do {
        kc_ctx_enter(&s->ctx, "decode");
        status = s->ops->decode(s->self, b, err);
        kc_ctx_leave(&s->ctx);
    } while (status == KC_ERR_RETRY && kc_retry_wait(s->ctx.task, &attempts, err) == KC_RETRY_AGAIN);
    return status == KC_ERR_RETRY ? kc_retry_settle(&s->ctx, &attempts, b, err) : status;
}

/* ---- headers ---- */

static kc_status convert_header(struct kc_decoder_headers *s, const struct kc_record *r, struct kc_header *h,
                                struct kc_arena *arena, struct kc_error *err)
{
    const struct kc_header raw = *h;
    struct kc_attempts attempts = {0};
    kc_status status;

    do {
        *h = raw;
        *err = (struct kc_error)KC_ERROR_INIT;
        kc_ctx_enter(&s->ctx, "decode");
        status = s->ops->decode(s->self, r->topic, h, arena, err);
        kc_ctx_leave(&s->ctx);
    } while (status == KC_ERR_RETRY && kc_retry_wait(s->ctx.task, &attempts, err) == KC_RETRY_AGAIN);
    return status == KC_ERR_RETRY && attempts.last == KC_RETRY_LEAVE ? KC_ERR_STOPPED : status;
}

/* Text where it can be one: as Kafka's own tools show headers. */
static void take_as_text(struct kc_header *h)
{
    if (h->value.type == KC_BYTES && kc_utf8_valid((const char *)h->value.as.bytes, h->value.len))
        h->value.type = KC_STRING;
}

static kc_status run_headers(struct kc_decoder_headers *s, struct kc_batch *b, uint32_t i,
                             struct kc_error *err)
{
    struct kc_record *r = kc_batch_at(b, i);
    /* Made by whoever built the batch for this very purpose. */
    struct kc_header *headers = (struct kc_header *)(uintptr_t)r->headers;
    kc_status status = KC_OK;

    for (uint32_t n = 0; n < r->n_headers && status == KC_OK; n++) {
        if (s->ops == NULL)
            take_as_text(&headers[n]);
        else
            status = convert_header(s, r, &headers[n], b->arena, err);
    }
    if (status != KC_ERR_RECORD && status != KC_ERR_RETRY)
        return status < 0 ? status : KC_OK;
    kc_host_table()->record_failed(&s->ctx, b, i, err);
    return KC_OK;
}

kc_status kc_decoder_run(struct kc_decoder *d, struct kc_batch *b, struct kc_error *err)
{
    kc_status status = run_side(&d->key, b, err);

    if (status >= 0)
        status = run_side(&d->value, b, err);
    for (uint32_t i = 0; i < b->n_records && status >= 0; i++) {
        if (kc_batch_at(b, i)->n_headers > 0 && (kc_batch_at(b, i)->flags & DEAD) == 0)
            status = run_headers(&d->headers, b, i, err);
    }
    return status < 0 ? status : kc_task_raised(d->key.ctx.task, err);
}
