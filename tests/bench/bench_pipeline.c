/*
 * bench_pipeline.c - what the host costs for each record between a source's poll() and the call into librdkafka:
 *
 *   bench_pipeline NOOP_PLUGIN FORMATS_PLUGIN [batches]
 *
 * Batches of 1000 records, a resume point in each tenth, go through the task's own code: no transform, one, five, one with
 * a predicate, and one where a failed record would be shown as it came; each looks at every record and changes none. Then
 * the `string` converter for key and value, the messages with their checks, and the positions. Nothing is sent: the
 * broker is librdkafka's mock, asked for the topic only. Prints nanoseconds of CPU per record, the least of five rounds,
 * since other work on the machine only ever adds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/log.h"
#include "task/encoder.h"
#include "task/headers.h"
#include "task/messages.h"
#include "task/pipeline.h"

enum { RECORDS = 1000, ROUNDS = 5, VALUE_BYTES = 100, RESUME_EVERY = 10 };

enum step { FILL, TRANSFORM, ENCODE, MESSAGES, POSITIONS, STEPS };
static const char *const step_names[STEPS] = {"filling", "transforms", "converters", "messages", "positions"};

struct one {
    struct kc_record rec;
    struct kc_map offset;
    struct kc_kv seq;
    char value[VALUE_BYTES];
};

struct bench {
    struct kc_task task;
    struct kc_ctx source;
    struct kc_producer producer;
    struct kc_headers headers;
    struct kc_encoder encoder;
    struct kc_pipeline pipeline;
    struct kc_messages messages;
    const struct kc_topic *topic;
    struct one *list;
    int64_t next;
    int64_t ns[STEPS];
};

static const struct kc_kv where = {{"bench", 5, 0}, {KC_STRING, 0, 0, 1, {.str = "a"}}};
static const struct kc_map partition = {&where, 1, 0};

static void check(kc_status status, const struct kc_error *err)
{
    if (status >= 0)
        return;
    (void)fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void add_plugin(cJSON *list, const char *role, const char *id, const char *file)
{
    cJSON *item = cJSON_CreateObject();

    cJSON_AddStringToObject(item, "role", role);
    cJSON_AddStringToObject(item, "id", id);
    cJSON_AddStringToObject(item, "file", file);
    cJSON_AddItemToArray(list, item);
}

/* As the worker would start a task with so many transforms. */
static cJSON *start_message(const char *noop, const char *formats, int stages, bool predicates, bool letters)
{
    cJSON *message = cJSON_CreateObject(), *list, *config = cJSON_CreateObject();
    char role[32], key[48];

    cJSON_AddStringToObject(message, "type", "start");
    cJSON_AddStringToObject(message, "kind", "source");
    cJSON_AddStringToObject(message, "connector", "bench");
    cJSON_AddStringToObject(message, "worker_id", "w");
    cJSON_AddStringToObject(message, "group_id", "g");
    cJSON_AddStringToObject(message, "offset_topic", "offsets");
    cJSON_AddNumberToObject(message, "offset_partitions", 5);
    list = cJSON_AddArrayToObject(message, "plugins");
    add_plugin(list, KC_ROLE_CONNECTOR, "none", noop);
    add_plugin(list, KC_ROLE_KEY_CONVERTER, "string", formats);
    add_plugin(list, KC_ROLE_VALUE_CONVERTER, "string", formats);
    for (int i = 0; i < stages; i++) {
        (void)snprintf(role, sizeof(role), "transforms.t%d", i);
        add_plugin(list, role, "Noop", noop);
        (void)snprintf(key, sizeof(key), "%s.predicate", role);
        if (predicates)
            cJSON_AddStringToObject(config, key, "p");
    }
    add_plugin(list, "predicates.p", "All", noop);
    if (letters) {
        cJSON_AddStringToObject(config, "errors.tolerance", "all");
        cJSON_AddStringToObject(config, "errors.log.include.messages", "true");
    }
    cJSON_AddItemToObject(message, "config", config);
    return message;
}

static void open_producer(struct bench *b)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_props *props = kc_props_create();
    struct kc_producer_setup setup = {
        .props = props, .client_id = "bench", .transactional_id = "bench", .memory = &b->task.memory};

    check(kc_props_set(props, "test.mock.num.brokers", "1"), &err);
    check(kc_producer_open(&b->producer, &setup, &err), &err);
    kc_props_destroy(props);
    kc_topics_bind(b->task.topics, b->producer.data);
    b->topic = kc_topics_get(b->task.topics, (struct kc_str){"bench", 5, 0}, 0);
    for (int i = 0; i < 100 && kc_topics_partitions(b->topic) == 0; i++)
        (void)kc_topics_ensure(b->task.topics, &err); /* a mock broker makes the topic that it is asked for */
}

static void open_bench(struct bench *b, cJSON *message)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_topics_setup topics = {.client_id = "bench"};
    struct kc_task *t = &b->task;

    check(kc_start_read(message, &t->start, &err), &err);
    topics.worker = topics.connector = topics.admin = t->start.config;
    t->memory = kc_memory_plan(0);
    t->schemas = kc_schemas_create();
    t->topics = kc_topics_create(&topics);
    t->offsets = kc_offsets_create("bench", "g", 5);
    t->headers = &b->headers;
    if (kc_crash_page_create(&t->page, &err) < 0)
        check(KC_ERR_FATAL, &err);
    check(kc_failures_init(&t->failures, t->start.config, &err), &err);
    check(kc_retry_init(&t->retry, t->start.config, &err), &err);
    open_producer(b);
    check(kc_headers_open(&b->headers, t, &err), &err);
    check(kc_encoder_open(&b->encoder, t, &err), &err);
    check(kc_pipeline_open(&b->pipeline, t, &err), &err);
    b->list = calloc(RECORDS, sizeof(*b->list));
    (void)snprintf(b->source.component.label, sizeof(b->source.component.label), "bench 1.0.0");
}

static void close_bench(struct bench *b)
{
    kc_pipeline_close(&b->pipeline);
    kc_encoder_close(&b->encoder);
    kc_headers_close(&b->headers);
    kc_messages_finish(&b->messages);
    kc_topics_unbind(b->task.topics);
    kc_producer_close(&b->producer);
    kc_offsets_destroy(b->task.offsets);
    kc_failures_finish(&b->task.failures);
    kc_topics_destroy(b->task.topics);
    kc_schemas_destroy(b->task.schemas);
    kc_crash_page_release(b->task.page);
    kc_start_finish(&b->task.start);
    free(b->list);
}

/* What a source does at the least: a key, a text, a topic, now and then a position. */
static void fill(struct bench *b, struct kc_batch *batch)
{
    for (int i = 0; i < RECORDS; i++) {
        struct one *o = &b->list[i];

        o->value[b->next % VALUE_BYTES] = (char)('a' + b->next % 26);
        o->seq = (struct kc_kv){{"seq", 3, 0}, {.type = KC_INT64, .as.i64 = b->next}};
        o->offset = (struct kc_map){&o->seq, 1, 0};
        o->rec = (struct kc_record){.partition = KC_ANY_PARTITION,
                                    .timestamp_ms = KC_NO_TIMESTAMP,
                                    .topic = b->topic,
                                    .key = {.type = KC_STRING, .len = 8, .as.str = o->value},
                                    .value = {.type = KC_STRING, .len = VALUE_BYTES, .as.str = o->value},
                                    .offset = i % RESUME_EVERY == RESUME_EVERY - 1 ? &o->offset : NULL};
        b->next++;
    }
    *batch = (struct kc_batch){.struct_size = sizeof(*batch),
                               .record_size = sizeof(struct one),
                               .records = &b->list[0].rec,
                               .n_records = RECORDS,
                               .partitions = &partition,
                               .n_partitions = 1};
}

static void step_done(struct bench *b, enum step step, int64_t *since)
{
    int64_t now = now_ns();

    b->ns[step] += now - *since;
    *since = now;
}

/* deliver() of source_loop.c, up to kc_messages_send(). */
static void run_batch(struct bench *b)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_out *out = kc_out_take(&b->producer.pool);
    struct kc_pairing pairs;
    struct kc_batch batch;
    int64_t since = now_ns();

    fill(b, &batch);
    step_done(b, FILL, &since);
    kc_failures_clear(&b->task.failures);
    check(kc_pipeline_apply(&b->pipeline, &batch, &err), &err);
    step_done(b, TRANSFORM, &since);
    check(kc_encoder_run(&b->encoder, &batch, out, &pairs, &err), &err);
    step_done(b, ENCODE, &since);
    check(kc_messages_make(&b->messages, &b->task, &b->source, &b->producer, pairs, out, &err), &err);
    if (b->messages.n != RECORDS)
        check(kc_fail(&err, KC_ERR_FATAL, "%zu messages came of %d records", b->messages.n, RECORDS), &err);
    step_done(b, MESSAGES, &since);
    check(kc_offsets_note(b->task.offsets, &batch, &err), &err);
    step_done(b, POSITIONS, &since);
    kc_messages_clear(&b->messages);
    kc_out_unref(out);
}

static void measure(const char *name, cJSON *message, int batches)
{
    struct bench b = {.task.lock = PTHREAD_MUTEX_INITIALIZER};
    double least[STEPS], host = 0;

    open_bench(&b, message);
    for (int round = 0; round < ROUNDS; round++) {
        memset(b.ns, 0, sizeof(b.ns));
        for (int i = 0; i < batches; i++)
            run_batch(&b);
        for (int s = 0; s < STEPS; s++) {
            double ns = (double)b.ns[s] / batches / RECORDS;

            least[s] = round == 0 || ns < least[s] ? ns : least[s];
        }
    }
    (void)printf("%-28s", name);
    for (int s = 0; s < STEPS; s++) {
        (void)printf("  %s %5.1f", step_names[s], least[s]);
        host += s == FILL ? 0 : least[s];
    }
    (void)printf("  host %5.1f ns a record\n", host);
    close_bench(&b);
}

int main(int argc, char **argv)
{
    int batches = argc > 3 ? atoi(argv[3]) : 1000;

    kc_log_set_level(KC_ERROR); /* the mock broker cannot tell what a topic takes */
    if (argc < 3 || batches < 1) {
        (void)fprintf(stderr, "usage: bench_pipeline NOOP_PLUGIN FORMATS_PLUGIN [batches]\n");
        return 2;
    }
    measure("no transform", start_message(argv[1], argv[2], 0, false, false), batches);
    measure("1 transform", start_message(argv[1], argv[2], 1, false, false), batches);
    measure("5 transforms", start_message(argv[1], argv[2], 5, false, false), batches);
    measure("1 transform, 1 predicate", start_message(argv[1], argv[2], 1, true, false), batches);
    measure("1 transform, tolerant", start_message(argv[1], argv[2], 1, false, true), batches);
    return 0;
}
