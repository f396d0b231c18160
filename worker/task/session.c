#include "task/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "task/headers.h"
#include "task/offsets_load.h"
#include "task/parse_config.h"
#include "task/source_loop.h"
#include "task/transaction.h"

enum { NAME_BYTES = 128, DEFAULT_INTERVAL_MS = 100, MAX_INTERVAL_MS = 10000, PLAIN_INTERVAL_MS = 1000 };

/* INTERNAL key for sources that derive something from the fleet, such as a replica's server id. */
static const char fleet_key[] = "kconnect.group.id";

struct session {
    struct kc_task *task;
    char client_id[NAME_BYTES];
    char group[NAME_BYTES];
    char transactional_id[NAME_BYTES];
    struct kc_producer producer;
    struct kc_headers headers;
    struct kc_encoder encoder;
    struct kc_pipeline pipeline;
    struct kc_ctx ctx;
    struct kc_source source;
};

/* How often a transaction ends, from Kafka Connect's keys. */
static kc_status read_boundary(const struct kc_task *t, int64_t *interval_ms, struct kc_error *err)
{
    const char *boundary = kc_props_or(t->start.config, "transaction.boundary", "interval");
    const char *interval = kc_props_get(t->start.config, "transaction.boundary.interval.ms");
    char *rest = NULL;

    *interval_ms = t->exactly_once ? DEFAULT_INTERVAL_MS : PLAIN_INTERVAL_MS;
    if (strcmp(boundary, "poll") == 0) {
        *interval_ms = 0;
    } else if (strcmp(boundary, "interval") != 0) {
        return kc_fail(err, KC_ERR_CONFIG, "transaction.boundary: the value must be interval or poll");
    } else if (interval != NULL && *interval != '\0' && t->exactly_once) {
        *interval_ms = strtoll(interval, &rest, 10);
        if (*rest != '\0' || *interval_ms < 1 || *interval_ms > MAX_INTERVAL_MS)
            return kc_fail(err, KC_ERR_CONFIG,
                           "transaction.boundary.interval.ms: the value must be between 1 and %d",
                           MAX_INTERVAL_MS);
    }
    return KC_OK;
}

/* Before the source opens, so that the dead letter topic is looked at, and made, with the source's own. */
static kc_status intern_dead_letters(struct kc_task *t, struct kc_error *err)
{
    struct kc_failures *f = &t->failures;
    const char *name = f->dead_letter_name;

    if (!f->tolerated || name[0] == '\0')
        return KC_OK;
    f->dead_letters =
        kc_topics_get_plain(t->topics, (struct kc_str){name, (uint32_t)strlen(name), 0}, f->replication);
    if (f->dead_letters == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "errors.deadletterqueue.topic.name: \"%s\" is no legal topic name",
                       name);
    return KC_OK;
}

/* Everything between the brokers and us, up to knowing where to go on. */
static kc_status reach_kafka(struct session *s, struct kc_error *err)
{
    struct kc_task *t = s->task;
    struct kc_producer_setup setup = {.props = t->start.producer,
                                      .client_id = s->client_id,
                                      .transactional_id = s->transactional_id,
                                      .exactly_once = t->exactly_once,
                                      .batch_bytes = t->batch_bytes,
                                      .memory = &t->memory};
    struct kc_offsets_source from = {.consumer = t->start.consumer,
                                     .client_id = s->client_id,
                                     .group = s->group,
                                     .topic = t->start.offset_topic,
                                     .partitions = t->start.offset_partitions,
                                     .connector = t->start.connector};
    kc_status status = kc_producer_open(&s->producer, &setup, err);

    if (status == KC_OK)
        status = kc_txn_init(&s->producer, t->link, t->start.offset_topic, err);
    if (status < 0)
        return status;
    t->offsets = kc_offsets_create(t->start.connector, t->start.group_id, t->start.offset_partitions);
    if (t->offsets == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    status = kc_offsets_load(t->offsets, &from, t->link, err);
    if (status < 0)
        return status;
    kc_topics_bind(t->topics, s->producer.data);
    return intern_dead_letters(t, err);
}

static struct kc_parsed *source_config(struct kc_task *t, const struct kc_component *component,
                                       struct kc_error *err)
{
    struct kc_props *props = kc_props_copy(t->start.config);
    struct kc_parsed *parsed = NULL;

    if (props == NULL || (kc_config_declares(component->config, fleet_key) &&
                          kc_props_set(props, fleet_key, t->start.group_id) < 0))
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
    else
        parsed = kc_config_parse(component->config, props, err);
    kc_props_destroy(props);
    return parsed;
}

static kc_status open_source(struct session *s, struct kc_error *err)
{
    struct kc_source *source = &s->source;
    struct kc_parsed *config = source_config(s->task, s->ctx.component.def, err);
    kc_status status;

    if (config == NULL)
        return err->status;
    source->ops = s->ctx.component.def->ops;
    kc_ctx_enter(&s->ctx, "open");
    status = source->ops->open(&s->ctx, kc_parsed_map(config), &source->self, err);
    kc_ctx_leave(&s->ctx);
    kc_parsed_destroy(config);
    if (status >= 0 && KC_CAN(struct kc_source_ops, source->ops, interrupt))
        kc_link_on_stop(s->task->link, source->ops->interrupt, source->self);
    return status;
}

static void close_source(struct session *s)
{
    kc_link_on_stop(s->task->link, NULL, NULL);
    kc_ctx_enter(&s->ctx, "close");
    s->source.ops->close(s->source.self);
    kc_ctx_leave(&s->ctx);
}

static kc_status run_source(struct session *s, struct kc_error *err)
{
    struct kc_source *source = &s->source;
    kc_status status;

    source->task = s->task;
    source->ctx = &s->ctx;
    source->pipeline = &s->pipeline;
    source->encoder = &s->encoder;
    source->producer = &s->producer;
    source->arena = kc_arena_create(s->task->memory.rows_bytes);
    source->group = rd_kafka_consumer_group_metadata_new(s->group);
    source->offset_topic = rd_kafka_topic_new(s->producer.txn, s->task->start.offset_topic, NULL);
    if (source->arena == NULL || source->group == NULL || source->offset_topic == NULL)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
    else
        status = open_source(s, err);
    if (status >= 0) {
        status = kc_source_run(source, err);
        close_source(s);
    }
    if (source->offset_topic != NULL)
        rd_kafka_topic_destroy(source->offset_topic);
    if (source->group != NULL)
        rd_kafka_consumer_group_metadata_destroy(source->group);
    kc_arena_destroy(source->arena);
    return status;
}

kc_status kc_session_run(struct kc_task *t, struct kc_error *err)
{
    const struct kc_task_plugin *plugin = kc_start_plugin(&t->start, KC_ROLE_CONNECTOR);
    struct session s = {.task = t};
    struct kc_component_ref component;
    kc_status status;

    t->fenced = t->reopen = false;
    (void)snprintf(s.client_id, sizeof(s.client_id), "connector-%s-%d", t->start.connector, t->start.task);
    (void)snprintf(s.group, sizeof(s.group), "connect-%s", t->start.connector);
    (void)snprintf(s.transactional_id, sizeof(s.transactional_id), "connect-%s-%d", t->start.connector,
                   t->start.task);
    status = read_boundary(t, &s.source.interval_ms, err);
    if (status >= 0)
        status = kc_plugin_load_version(plugin->file, KC_KIND_SOURCE, plugin->id, plugin->version,
                                        kc_host_table(), &component, err);
    if (status < 0)
        return status;
    kc_ctx_init(&s.ctx, t, &component);
    t->headers = &s.headers;
    status = reach_kafka(&s, err);
    if (status >= 0)
        status = kc_headers_open(&s.headers, t, err);
    if (status >= 0)
        status = kc_encoder_open(&s.encoder, t, err);
    if (status >= 0)
        status = kc_pipeline_open(&s.pipeline, t, err);
    if (status >= 0)
        status = run_source(&s, err);
    t->fenced = t->fenced || s.producer.fenced;
    kc_pipeline_close(&s.pipeline);
    kc_encoder_close(&s.encoder);
    kc_headers_close(&s.headers);
    t->headers = NULL;
    kc_failures_clear(&t->failures);
    kc_topics_unbind(t->topics);
    kc_producer_close(&s.producer);
    kc_offsets_destroy(t->offsets);
    t->offsets = NULL;
    kc_ctx_finish(&s.ctx);
    return status;
}
