#include "task/dead_letter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/redact.h"
#include "task/flat_map.h"
#include "task/headers.h"
#include "task/record_size.h"

/* The batch in hand, and where its dead letters go. */
struct letters {
    struct kc_task *task;
    struct kc_producer *producer;
    const struct kc_pairing *pairs;
    struct kc_out *out;
    rd_kafka_topic_t *handle;
};

static void add_text(rd_kafka_headers_t *to, const char *name, const char *text, size_t len)
{
    (void)rd_kafka_header_add(to, name, -1, text, (ssize_t)len);
}

static void add_string(rd_kafka_headers_t *to, const char *name, const char *text)
{
    add_text(to, name, text, strlen(text));
}

static void add_number(rd_kafka_headers_t *to, const char *name, uint64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRIu64, number);
    add_string(to, name, text);
}

static void add_context(rd_kafka_headers_t *to, const struct kc_task *t, const struct kc_failure *f,
                        const struct kc_record *r)
{
    char why[sizeof(((struct kc_error *)NULL)->message)];
    struct kc_buf offset = {0};

    if (r->topic != NULL)
        add_text(to, "__connect.errors.topic", r->topic->name.ptr, r->topic->name.len);
    if (r->partition >= 0)
        add_number(to, "__connect.errors.partition", (uint64_t)r->partition);
    add_string(to, "__connect.errors.connector.name", t->start.connector);
    add_number(to, "__connect.errors.task.id", (uint64_t)t->start.task);
    add_string(to, "__connect.errors.stage", f->stage);
    add_string(to, "__connect.errors.class.name", f->component);
    add_string(to, "__connect.errors.exception.class.name", f->exception);
    (void)snprintf(why, sizeof(why), "%s", f->why);
    kc_redact(why, sizeof(why)); /* a plugin's sentence goes to Kafka */
    add_string(to, "__connect.errors.exception.message", why);
    if (f->limit > 0) {
        add_number(to, "__kconnect.errors.bytes", f->bytes);
        add_number(to, "__kconnect.errors.limit.bytes", f->limit);
    }
    if (r->offset != NULL) {
        kc_flat_json(r->offset, &offset);
        if (!offset.failed)
            add_text(to, "__kconnect.errors.source.offset", offset.data, offset.len);
        kc_buf_finish(&offset);
    }
}

/* The record's own headers, as far as they can be written, and the context. NULL: there are none. */
static rd_kafka_headers_t *make_headers(const struct letters *l, const struct kc_failure *f,
                                        const struct kc_record *r)
{
    struct kc_error ignored = KC_ERROR_INIT;
    rd_kafka_headers_t *headers = NULL;

    (void)kc_headers_make(l->task->headers, r, &headers, &ignored);
    if (!l->task->failures.with_context)
        return headers;
    if (headers == NULL)
        headers = rd_kafka_headers_new(10);
    add_context(headers, l->task, f, r);
    return headers;
}

/* Leaves out first the value, then the key, of what the dead letter topic does not take. */
static void make_fit(struct kc_message *m, const struct kc_topic_rules *rules, const struct kc_producer *p)
{
    if (kc_record_check(m, rules, p).kind == KC_FITS)
        return;
    m->value = NULL;
    m->value_len = 0;
    m->out = NULL;
    if (kc_record_check(m, rules, p).kind == KC_FITS)
        return;
    m->key = NULL;
    m->key_len = 0;
}

/* The record as it was when it failed, but before its transforms if they did it. */
static const struct kc_record *record_of(const struct letters *l, const struct kc_failure *f)
{
    return f->original != NULL ? f->original : kc_batch_at(l->pairs->batch, f->index);
}

/* One message; `value` is NULL where there is none. */
static kc_status send_one(const struct letters *l, const struct kc_failure *f, const struct kc_str *key,
                          const struct kc_str *value, struct kc_error *err)
{
    const struct kc_topic *topic = l->task->failures.dead_letters;
    const struct kc_record *r = record_of(l, f);
    const struct kc_topic_rules rules = kc_topics_rules(topic);
    struct kc_message m = {
        .topic = l->handle, .partition = RD_KAFKA_PARTITION_UA, .partitions = kc_topics_partitions(topic)};
    struct kc_misfit misfit;
    kc_status status;
    bool taken = false;

    if (key != NULL) {
        m.key = key->ptr;
        m.key_len = key->len;
    }
    if (value != NULL && value->ptr != NULL) {
        m.value = value->ptr;
        m.value_len = value->len;
        m.out = l->out;
    }
    m.headers = make_headers(l, f, r);
    make_fit(&m, &rules, l->producer);
    misfit = kc_record_check(&m, &rules, l->producer);
    if (misfit.kind != KC_FITS)
        (void)kc_misfit_explain(&misfit, topic, err);
    status = misfit.kind != KC_FITS ? kc_wrap(err, "a dead letter cannot be written")
                                    : kc_producer_send(l->producer, &m, &taken, err);
    if (!taken && m.headers != NULL)
        rd_kafka_headers_destroy(m.headers);
    l->task->meter.dead_letters += taken;
    return status;
}

static struct kc_str text_of(const struct kc_slice *s, const struct kc_bytes *b)
{
    if (s->is_null != 0)
        return (struct kc_str){NULL, 0, 0};
    return (struct kc_str){(const char *)b->data + s->start, s->len, 0};
}

/* A record that would have been several messages has as many dead letters; one that was never encoded has one. */
static kc_status report(const struct letters *l, const struct kc_failure *f, struct kc_error *err)
{
    const struct kc_pairing *p = l->pairs;
    const struct kc_slices *values = f->original != NULL ? p->late_values : p->values;
    const struct kc_record *r = record_of(l, f);
    const void *bytes = NULL;
    struct kc_str key = {NULL, 0, 0}, value;
    bool has_key = kc_pairing_key(p, f->index, &bytes, &key.len), any = false;
    kc_status status = KC_OK;

    key.ptr = bytes;
    for (uint64_t i = 0; i < values->len && status >= 0; i++) {
        if (values->list[i].record != f->index)
            continue;
        value = text_of(&values->list[i], p->value_bytes);
        any = true;
        kc_failure_log(&l->task->failures, f, r, has_key ? &key : NULL, &value);
        if (l->handle != NULL)
            status = send_one(l, f, has_key ? &key : NULL, &value, err);
    }
    if (any)
        return status;
    kc_failure_log(&l->task->failures, f, r, has_key ? &key : NULL, NULL);
    return l->handle == NULL ? KC_OK : send_one(l, f, has_key ? &key : NULL, NULL, err);
}

kc_status kc_dead_letters_send(struct kc_task *t, struct kc_producer *p, const struct kc_pairing *pairs,
                               struct kc_out *out, struct kc_error *err)
{
    struct letters l = {.task = t, .producer = p, .pairs = pairs, .out = out};
    kc_status status = KC_OK;

    if (t->failures.n > 0 && t->failures.dead_letters != NULL) {
        l.handle = kc_topics_handle(t->topics, t->failures.dead_letters, err);
        if (l.handle == NULL)
            return err->status;
    }
    for (size_t i = 0; status >= 0 && i < t->failures.n; i++)
        status = report(&l, &t->failures.list[i], err);
    return status;
}
