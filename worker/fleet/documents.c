#include "fleet/documents.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { MAX_TRACE_BYTES = 16 * 1024 };

static void *out_of_memory(struct kc_error *err)
{
    (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
    return NULL;
}

static char *copy_member(const cJSON *json, const char *name)
{
    const char *text = kc_json_text(json, name);

    return text != NULL ? strdup(text) : NULL;
}

/* True when this was the last reference. */
static bool drop(atomic_int *references)
{
    return atomic_fetch_sub_explicit(references, 1, memory_order_acq_rel) == 1;
}

static void keep(atomic_int *references)
{
    atomic_fetch_add_explicit(references, 1, memory_order_relaxed);
}

void kc_fleet_json_member(struct kc_buf *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    kc_buf_printf(out, ",\"%s\":", name);
    kc_buf_json(out, text, strlen(text));
}

void kc_fleet_json_props(struct kc_buf *out, const struct kc_props *p)
{
    kc_buf_str(out, "{");
    for (size_t i = 0; i < kc_props_count(p); i++) {
        if (i > 0)
            kc_buf_str(out, ",");
        kc_buf_json(out, kc_props_key(p, i), strlen(kc_props_key(p, i)));
        kc_buf_str(out, ":");
        kc_buf_json(out, kc_props_value(p, i), strlen(kc_props_value(p, i)));
    }
    kc_buf_str(out, "}");
}

struct kc_connector_doc *kc_connector_doc_make(const char *name, const char *type, struct kc_props *config,
                                               enum kc_target target, int64_t revision, int64_t generation)
{
    struct kc_connector_doc *d = calloc(1, sizeof(*d));

    if (d == NULL) {
        kc_props_destroy(config);
        return NULL;
    }
    atomic_init(&d->references, 1);
    d->name = strdup(name);
    d->type = strdup(type);
    d->config = config;
    d->target = target;
    d->revision = revision;
    d->generation = generation;
    if (d->name == NULL || d->type == NULL || config == NULL) {
        kc_connector_doc_unref(d);
        return NULL;
    }
    return d;
}

struct kc_connector_doc *kc_connector_doc_parse(const char *name, const char *text, size_t len,
                                                struct kc_error *err)
{
    cJSON *json = kc_json_parse(text, len, err);
    const char *type = kc_json_text(json, "type"), *target_name = kc_json_text(json, "target");
    struct kc_connector_doc *d = NULL;
    struct kc_props *config = NULL;
    enum kc_target target;

    if (json == NULL)
        return NULL;
    if (type == NULL || target_name == NULL || !kc_target_parse(target_name, &target)) {
        (void)kc_fail(err, KC_ERR_CONFIG, "it has no type or no target that is known here");
        goto done;
    }
    config = kc_json_to_props(kc_json_member(json, "config"), NULL, err);
    if (config == NULL)
        goto done;
    d = kc_connector_doc_make(name, type, config, target, kc_json_int(json, "revision", 0),
                              kc_json_int(json, "generation", 0));
    if (d == NULL)
        (void)out_of_memory(err);

done:
    cJSON_Delete(json);
    return d;
}

void kc_connector_doc_print(const struct kc_connector_doc *d, struct kc_buf *out)
{
    kc_buf_printf(out, "{\"revision\":%" PRId64 ",\"generation\":%" PRId64, d->revision, d->generation);
    kc_fleet_json_member(out, "type", d->type);
    kc_fleet_json_member(out, "target", kc_target_name(d->target));
    kc_buf_str(out, ",\"config\":");
    kc_fleet_json_props(out, d->config);
    kc_buf_str(out, "}");
}

struct kc_connector_doc *kc_connector_doc_ref(struct kc_connector_doc *d)
{
    if (d != NULL)
        keep(&d->references);
    return d;
}

void kc_connector_doc_unref(struct kc_connector_doc *d)
{
    if (d == NULL || !drop(&d->references))
        return;
    free(d->name);
    free(d->type);
    kc_props_destroy(d->config);
    free(d);
}

struct kc_assignment_doc *kc_assignment_doc_make(const char *worker, const char *instance, int64_t revision)
{
    struct kc_assignment_doc *d = calloc(1, sizeof(*d));

    if (d == NULL)
        return NULL;
    atomic_init(&d->references, 1);
    d->worker = strdup(worker);
    d->instance = strdup(instance);
    d->revision = revision;
    if (d->worker == NULL || d->instance == NULL) {
        kc_assignment_doc_unref(d);
        return NULL;
    }
    return d;
}

struct kc_assignment_doc *kc_assignment_doc_parse(const char *text, size_t len, struct kc_error *err)
{
    cJSON *json = kc_json_parse(text, len, err);
    const char *worker = kc_json_text(json, "worker"), *instance = kc_json_text(json, "instance");
    struct kc_assignment_doc *d = NULL;

    if (json == NULL)
        return NULL;
    if (worker == NULL || instance == NULL) {
        (void)kc_fail(err, KC_ERR_CONFIG, "it has no worker or no instance");
    } else {
        d = kc_assignment_doc_make(worker, instance, kc_json_int(json, "revision", 0));
        if (d == NULL)
            (void)out_of_memory(err);
    }
    cJSON_Delete(json);
    return d;
}

void kc_assignment_doc_print(const struct kc_assignment_doc *d, struct kc_buf *out)
{
    kc_buf_printf(out, "{\"revision\":%" PRId64, d->revision);
    kc_fleet_json_member(out, "worker", d->worker);
    kc_fleet_json_member(out, "instance", d->instance);
    kc_buf_str(out, "}");
}

struct kc_assignment_doc *kc_assignment_doc_ref(struct kc_assignment_doc *d)
{
    if (d != NULL)
        keep(&d->references);
    return d;
}

void kc_assignment_doc_unref(struct kc_assignment_doc *d)
{
    if (d == NULL || !drop(&d->references))
        return;
    free(d->worker);
    free(d->instance);
    free(d);
}

struct kc_status_doc *kc_status_doc_parse(const char *text, size_t len, struct kc_error *err)
{
    cJSON *json = kc_json_parse(text, len, err);
    const char *state = kc_json_text(json, "state");
    struct kc_status_doc *d = NULL;

    if (json == NULL)
        return NULL;
    d = calloc(1, sizeof(*d));
    if (d == NULL) {
        (void)out_of_memory(err);
        goto done;
    }
    atomic_init(&d->references, 1);
    d->assignment = kc_json_int(json, "assignment", 0);
    d->instance = copy_member(json, "instance");
    d->view.worker_id = copy_member(json, "worker");
    d->view.version = copy_member(json, "version");
    d->view.trace = copy_member(json, "trace");
    d->view.progress = copy_member(json, "progress");
    d->view.attempt = (int32_t)kc_json_int(json, "attempt", 0);
    d->view.next_attempt_ms = kc_json_int(json, "next_attempt_ms", 0);
    if (d->instance == NULL || d->view.worker_id == NULL || state == NULL ||
        !kc_state_parse(state, &d->view.state)) {
        (void)kc_fail(err, KC_ERR_CONFIG, "it has no worker, no instance or no state that is known here");
        kc_status_doc_unref(d);
        d = NULL;
    }

done:
    cJSON_Delete(json);
    return d;
}

/* The start of a text, cut between characters. */
static size_t cut_length(const char *text, size_t limit)
{
    size_t n = strnlen(text, limit + 1);

    if (n <= limit)
        return n;
    n = limit;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

void kc_status_doc_print(const struct kc_task_view *view, int64_t assignment, const char *instance,
                         struct kc_buf *out)
{
    kc_buf_printf(out, "{\"assignment\":%" PRId64, assignment);
    kc_fleet_json_member(out, "instance", instance);
    kc_fleet_json_member(out, "worker", view->worker_id != NULL ? view->worker_id : "");
    kc_fleet_json_member(out, "state", kc_state_name(view->state));
    kc_fleet_json_member(out, "version", view->version);
    if (view->trace != NULL) {
        kc_buf_str(out, ",\"trace\":");
        kc_buf_json(out, view->trace, cut_length(view->trace, MAX_TRACE_BYTES));
    }
    if (view->attempt != 0)
        kc_buf_printf(out, ",\"attempt\":%" PRId32, view->attempt);
    if (view->next_attempt_ms != 0)
        kc_buf_printf(out, ",\"next_attempt_ms\":%" PRId64, view->next_attempt_ms);
    kc_fleet_json_member(out, "progress", view->progress);
    kc_buf_str(out, "}");
}

struct kc_status_doc *kc_status_doc_ref(struct kc_status_doc *d)
{
    if (d != NULL)
        keep(&d->references);
    return d;
}

void kc_status_doc_unref(struct kc_status_doc *d)
{
    if (d == NULL || !drop(&d->references))
        return;
    free(d->instance);
    free((char *)d->view.worker_id);
    free((char *)d->view.version);
    free((char *)d->view.trace);
    free((char *)d->view.progress);
    free(d);
}

struct kc_worker_doc *kc_worker_doc_parse(const char *id, const char *text, size_t len, struct kc_error *err)
{
    cJSON *json = kc_json_parse(text, len, err);
    struct kc_worker_doc *d = NULL;

    if (json == NULL)
        return NULL;
    d = calloc(1, sizeof(*d));
    if (d == NULL) {
        (void)out_of_memory(err);
        goto done;
    }
    atomic_init(&d->references, 1);
    d->id = strdup(id);
    d->instance = copy_member(json, "instance");
    d->client = copy_member(json, "client");
    if (d->id == NULL || d->instance == NULL || d->client == NULL) {
        (void)kc_fail(err, KC_ERR_CONFIG, "it has no instance or no client");
        kc_worker_doc_unref(d);
        d = NULL;
    }

done:
    cJSON_Delete(json);
    return d;
}

void kc_worker_doc_print(const char *instance, const char *client, int64_t started_ms, struct kc_buf *out)
{
    kc_buf_printf(out, "{\"started_ms\":%" PRId64, started_ms);
    kc_fleet_json_member(out, "instance", instance);
    kc_fleet_json_member(out, "client", client);
    kc_fleet_json_member(out, "version", KC_VERSION);
    kc_buf_str(out, "}");
}

struct kc_worker_doc *kc_worker_doc_ref(struct kc_worker_doc *d)
{
    if (d != NULL)
        keep(&d->references);
    return d;
}

void kc_worker_doc_unref(struct kc_worker_doc *d)
{
    if (d == NULL || !drop(&d->references))
        return;
    free(d->id);
    free(d->instance);
    free(d->client);
    free(d);
}
