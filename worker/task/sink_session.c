#include "task/sink_session.h"

#include <stdio.h>

#include "base/json.h"
#include "task/parse_config.h"
#include "task/sink_loop.h"

enum { NAME_BYTES = 128, DEFAULT_INTERVAL_MS = 60000 };

struct session {
    struct kc_task *task;
    struct kc_ctx ctx;
    struct kc_sink_consumer consumer;
    struct kc_decoder decoder;
    struct kc_pipeline pipeline;
    struct kc_sink_letters letters;
    struct kc_sink sink;
};

/*
 * What stands between Kafka and the connector, before the connector itself: so that a wrong key fails without
 * it.
 */
static kc_status open_parts(struct session *s, struct kc_error *err)
{
    struct kc_task *t = s->task;
    char client_id[NAME_BYTES];
    kc_status status = kc_sink_consumer_max_records(t, &s->sink.max_records, err);

    if (status >= 0)
        status = kc_decoder_open(&s->decoder, t, err);
    if (status >= 0)
        status = kc_pipeline_open(&s->pipeline, t, err);
    (void)snprintf(client_id, sizeof(client_id), "connector-dlq-producer-%s-%d", t->start.connector,
                   t->start.task);
    if (status >= 0)
        status = kc_sink_letters_open(&s->letters, t, client_id, err);
    (void)snprintf(client_id, sizeof(client_id), "connector-consumer-%s-%d", t->start.connector,
                   t->start.task);
    if (status >= 0)
        status = kc_sink_consumer_open(&s->consumer, t, client_id, err);
    s->sink.arena = kc_arena_create(t->memory.rows_bytes);
    if (status >= 0 && s->sink.arena == NULL)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
    return status;
}

static void close_parts(struct session *s)
{
    kc_sink_consumer_close(&s->consumer);
    kc_sink_letters_close(&s->letters);
    kc_pipeline_close(&s->pipeline);
    kc_decoder_close(&s->decoder);
    kc_arena_destroy(s->sink.arena);
    kc_failures_clear(&s->task->failures);
}

static kc_status open_connector(struct session *s, struct kc_error *err)
{
    struct kc_sink *sink = &s->sink;
    struct kc_parsed *config = kc_config_parse(s->ctx.component.def->config, s->task->start.config, err);
    kc_status status;

    if (config == NULL)
        return err->status;
    sink->ops = s->ctx.component.def->ops;
    kc_ctx_enter(&s->ctx, "open");
    status = sink->ops->open(&s->ctx, kc_parsed_map(config), &sink->self, err);
    kc_ctx_leave(&s->ctx);
    kc_parsed_destroy(config);
    if (status >= 0 && KC_CAN(struct kc_sink_ops, sink->ops, interrupt))
        kc_link_on_stop(s->task->link, sink->ops->interrupt, sink->self);
    return status;
}

static void close_connector(struct session *s)
{
    kc_link_on_stop(s->task->link, NULL, NULL);
    kc_ctx_enter(&s->ctx, "close");
    s->sink.ops->close(s->sink.self);
    kc_ctx_leave(&s->ctx);
}

static kc_status run(struct session *s, struct kc_error *err)
{
    kc_status status;

    s->sink.task = s->task;
    s->sink.ctx = &s->ctx;
    s->sink.consumer = &s->consumer;
    s->sink.decoder = &s->decoder;
    s->sink.pipeline = &s->pipeline;
    s->sink.letters = &s->letters;
    s->sink.interval_ms = kc_json_int(s->task->start.json, "offset_flush_interval_ms", DEFAULT_INTERVAL_MS);
    s->task->sink = &s->sink;
    status = open_connector(s, err);
    if (status >= 0) {
        status = kc_sink_run(&s->sink, err);
        close_connector(s);
    }
    s->task->sink = NULL;
    return status;
}

kc_status kc_sink_session_run(struct kc_task *t, struct kc_error *err)
{
    const struct kc_task_plugin *plugin = kc_start_plugin(&t->start, KC_ROLE_CONNECTOR);
    struct session s = {.task = t};
    struct kc_component_ref component;
    kc_status status = kc_plugin_load_version(plugin->file, KC_KIND_SINK, plugin->id, plugin->version,
                                              kc_host_table(), &component, err);

    t->fenced = t->reopen = false;
    if (status < 0)
        return status;
    kc_ctx_init(&s.ctx, t, &component);
    s.ctx.stage = "TASK_PUT";
    status = open_parts(&s, err);
    if (status >= 0)
        status = run(&s, err);
    close_parts(&s);
    kc_ctx_finish(&s.ctx);
    return status;
}
