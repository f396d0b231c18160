#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "change.h"
#include "offsets/offsets.h"
#include "offsets/sink_offsets.h"
#include "offsets_check.h"
#include "resources.h"

enum {
    READ_MS = 10000,
    WRITE_MS = 40000,      /* a dangling transaction of another task can hide the records for 15 + 10 s */
    SINK_WRITE_MS = 20000, /* a task that was killed stays in its group for the session's timeout, 10 s */
    CALLS_AT_ONCE = 8,     /* each has Kafka clients of its own */
    RETRY_S = 5,
};

static const char not_stopped[] =
    "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the "
    "specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint";

static atomic_int running;

/* One more call that uses Kafka; false: the reply says to come back. End with atomic_fetch_sub(&running, 1). */
static bool enter(struct kc_reply *reply)
{
    if (atomic_fetch_add(&running, 1) < CALLS_AT_ONCE)
        return true;
    atomic_fetch_sub(&running, 1);
    kc_reply_unavailable(reply, 1, "The worker is busy with other calls about offsets.");
    return false;
}

static void reply_failure(struct kc_reply *reply, kc_status status, const struct kc_error *err)
{
    switch (status) {
    case KC_ERR_CONFIG: kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err->message); break;
    case KC_ERR_STOPPED: kc_reply_error(reply, KC_HTTP_CONFLICT, "%s", err->message); break;
    case KC_ERR_RETRY: kc_reply_unavailable(reply, RETRY_S, "%s", err->message); break;
    case KC_ERR_NOMEM: reply->body.failed = true; break;
    default: kc_reply_error(reply, KC_HTTP_INTERNAL, "%s", err->message); break;
    }
}

/* False: this worker cannot reach Kafka as the connector does, and the reply says why. */
static bool reachable(const struct kc_request *q, const struct kc_connector_view *c, struct kc_reply *reply)
{
    const char *key = kc_offsets_hidden_key(q, c->config);

    if (key == NULL)
        return true;
    kc_reply_error(
        reply, KC_HTTP_BAD_REQUEST,
        "%s refers to a config provider, which only the connector's own processes ask: the worker cannot "
        "reach its offsets with those settings.",
        key);
    return false;
}

/* What is asked of Kafka; appends the answer to `out`. */
typedef kc_status (*work_fn)(const struct kc_offsets_of *of, void *arg, struct kc_buf *out,
                             struct kc_error *err);

/* Does it for the connector, unless too much is being done already, and answers. */
static void answer(struct kc_request *q, const struct kc_connector_view *c, work_fn work, void *arg,
                   struct kc_reply *reply)
{
    const struct kc_offsets_of of = {.config = q->context->config,
                                     .connector = c->name,
                                     .connector_config = c->config,
                                     .stopping = q->stopping};
    struct kc_error err = KC_ERROR_INIT;
    kc_status status;

    if (!enter(reply))
        return;
    status = work(&of, arg, &reply->body, &err);
    if (status == KC_OK)
        kc_reply_json(reply, KC_HTTP_OK);
    else
        reply_failure(reply, status, &err);
    atomic_fetch_sub(&running, 1);
}

static bool is_sink(const struct kc_connector_view *c)
{
    return strcmp(c->type, "sink") == 0;
}

static kc_status read_source(const struct kc_offsets_of *of, void *arg, struct kc_buf *out,
                             struct kc_error *err)
{
    struct kc_offset_table table;
    kc_status status = kc_offset_table_init(&table, of->config->offset_storage_partitions, err);

    (void)arg;
    if (status == KC_OK)
        status = kc_offsets_read(of, false, kc_mono_ms() + READ_MS, &table, err);
    if (status == KC_OK)
        kc_offset_table_print(&table, out);
    kc_offset_table_finish(&table);
    return status;
}

static kc_status read_sink(const struct kc_offsets_of *of, void *arg, struct kc_buf *out,
                           struct kc_error *err)
{
    (void)arg;
    return kc_sink_offsets_print(of, kc_mono_ms() + READ_MS, out, err);
}

/* GET /connectors/X/offsets: in any state, also of a connector that another worker runs. */
void kc_get_offsets(struct kc_request *q, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);

    if (c == NULL)
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
    else if (reachable(q, c, reply))
        answer(q, c, is_sink(c) ? read_sink : read_source, NULL, reply);
}

/* A change of the offsets while it is made. */
struct offsets_change {
    struct kc_request *request;
    struct kc_change still_stopped;          /* changes nothing: the leader says whether it is so */
    const struct kc_offset_changes *changes; /* NULL: all are deleted */
    const char *done;                        /* what is answered then */
};

/*
 * The leader writes the configuration and so has the last word about the state: asked with the revision that this worker
 * knows, "stop" changes nothing if the connector is still stopped, and is refused if it was resumed since.
 */
static kc_status is_still_stopped(void *arg, struct kc_error *err)
{
    struct offsets_change *o = arg;

    switch (kc_fleet_change(o->request->fleet, &o->still_stopped, err)) {
    case KC_CHANGE_UNCHANGED: return KC_OK;
    case KC_CHANGE_TIMEOUT:
        return kc_fail(err, KC_ERR_RETRY,
                       "No leader confirmed in time that the connector is stopped; nothing "
                       "was changed.");
    default:
        return kc_fail(
            err, KC_ERR_STOPPED,
            "Cannot complete request because of a conflicting operation: the connector was changed "
            "or resumed at the same moment; its offsets were not changed.");
    }
}

static kc_status edit(void *arg, struct kc_offset_table *t, struct kc_error *err)
{
    const struct offsets_change *o = arg;

    if (o->changes != NULL)
        return kc_offset_table_alter(t, o->changes, err);
    kc_offset_table_reset(t);
    return KC_OK;
}

/* Whether the connector may be changed at all; false: the reply says why not. */
static bool is_stopped(struct kc_request *q, const struct kc_connector_view *c,
                       const struct kc_change *still_stopped, struct kc_reply *reply)
{
    enum kc_change_outcome outcome;

    if (c == NULL) {
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
        return false;
    }
    if (c->target != KC_TARGET_STOPPED) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, not_stopped, c->name);
        return false;
    }
    /* Asked before the transactional id is taken, too: taking it would throw out a task that may run. */
    if (!kc_request_change(q, still_stopped, KC_SAY_NOT_FOUND, &outcome, reply))
        return false;
    if (outcome == KC_CHANGE_UNCHANGED)
        return true;
    kc_reply_error(reply, KC_HTTP_CONFLICT,
                   "Cannot complete request momentarily due to stale configuration (typically caused by a "
                   "concurrent config change)");
    return false;
}

static kc_status change_source(const struct kc_offsets_of *of, void *arg, struct kc_buf *out,
                               struct kc_error *err)
{
    const struct kc_offsets_edit how = {.allowed = is_still_stopped, .edit = edit, .arg = arg};
    kc_status status = kc_offsets_write(of, &how, kc_mono_ms() + WRITE_MS, err);

    if (status == KC_OK)
        kc_buf_printf(out, "{\"message\":\"%s\"}", ((struct offsets_change *)arg)->done);
    return status;
}

static kc_status change_sink(const struct kc_offsets_of *of, void *arg, struct kc_buf *out,
                             struct kc_error *err)
{
    const struct offsets_change *o = arg;
    kc_status status =
        kc_sink_offsets_change(of, o->changes, is_still_stopped, arg, kc_mono_ms() + SINK_WRITE_MS, err);

    if (status == KC_OK)
        kc_buf_printf(out, "{\"message\":\"%s\"}", o->done);
    return status;
}

/* Changes the offsets as `changes` says and answers with `done`; without changes it deletes them. */
static void change_offsets(struct kc_request *q, const struct kc_offset_changes *changes, const char *done,
                           struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_request_connector(q);
    struct offsets_change o = {.request = q, .changes = changes, .done = done};

    o.still_stopped = (struct kc_change){.kind = KC_CHANGE_TARGET,
                                         .name = q->params[0],
                                         .target = KC_TARGET_STOPPED,
                                         .expected_revision = c == NULL ? 0 : c->revision};
    if (!is_stopped(q, c, &o.still_stopped, reply))
        return;
    c = kc_request_connector(q); /* the request has a newer view now */
    if (c == NULL)
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
    else if (reachable(q, c, reply) && (changes == NULL || kc_offsets_acceptable(q, c, reply)))
        answer(q, c, is_sink(c) ? change_sink : change_source, &o, reply);
}

/* PATCH /connectors/X/offsets */
void kc_patch_offsets(struct kc_request *q, struct kc_reply *reply)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_changes changes;
    kc_status status = kc_offset_changes_read(q->body.data, q->body.len, &changes, &err);

    if (status < 0) {
        reply_failure(reply, status, &err);
        return;
    }
    change_offsets(q, &changes, "The offsets for this connector have been altered successfully", reply);
    kc_offset_changes_finish(&changes);
}

/* DELETE /connectors/X/offsets: the next start is as that of a new connector. */
void kc_delete_offsets(struct kc_request *q, struct kc_reply *reply)
{
    change_offsets(q, NULL, "The offsets for this connector have been reset successfully", reply);
}
