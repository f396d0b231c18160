#include "task/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "task/component_open.h"
#include "task/retry.h"

enum { ROLE_BYTES = 512 };

/* A transform, and the predicate before it if it names one. */
struct kc_stage {
    struct kc_ctx ctx;
    const struct kc_transform_ops *ops;
    void *self;
    bool opened;
    struct kc_ctx test_ctx;
    const struct kc_predicate_ops *test_ops; /* NULL: every record is for the transform */
    void *test_self;
    bool test_opened;
    int32_t negate;
};

static kc_status open_transform(struct kc_stage *s, struct kc_task *task, const char *role,
                                struct kc_error *err)
{
    struct kc_parsed *config = NULL;
    kc_status status = kc_component_prepare(&s->ctx, task, role, KC_KIND_TRANSFORM, &config, err);

    if (status < 0)
        return status;
    s->ctx.stage = "TRANSFORMATION";
    s->ops = s->ctx.component.def->ops;
    kc_ctx_enter(&s->ctx, "open");
    status = s->ops->open(&s->ctx, kc_parsed_map(config), &s->self, err);
    kc_ctx_leave(&s->ctx);
    kc_parsed_destroy(config);
    s->opened = status >= 0;
    return status < 0 ? kc_wrap(err, "%s", role) : KC_OK;
}

static kc_status open_predicate(struct kc_stage *s, struct kc_task *task, const char *role,
                                struct kc_error *err)
{
    struct kc_parsed *config = NULL;
    kc_status status = kc_component_prepare(&s->test_ctx, task, role, KC_KIND_PREDICATE, &config, err);

    if (status < 0)
        return status;
    s->test_ctx.stage = "TRANSFORMATION";
    s->test_ops = s->test_ctx.component.def->ops;
    kc_ctx_enter(&s->test_ctx, "open");
    status = s->test_ops->open(&s->test_ctx, kc_parsed_map(config), &s->test_self, err);
    kc_ctx_leave(&s->test_ctx);
    kc_parsed_destroy(config);
    s->test_opened = status >= 0;
    return status < 0 ? kc_wrap(err, "%s", role) : KC_OK;
}

/* A key of the transform that the host reads itself: transforms.<alias>.<name>. */
static const char *own_key(const struct kc_task *task, const char *role, const char *name)
{
    char key[ROLE_BYTES];

    (void)snprintf(key, sizeof(key), "%s.%s", role, name);
    return kc_props_or(task->start.config, key, "");
}

static kc_status open_stage(struct kc_stage *s, struct kc_task *task, const char *role, struct kc_error *err)
{
    const char *predicate = own_key(task, role, "predicate");
    char predicate_role[ROLE_BYTES];
    kc_status status = KC_OK;

    s->negate = strcasecmp(own_key(task, role, "negate"), "true") == 0;
    if (predicate[0] != '\0') {
        (void)snprintf(predicate_role, sizeof(predicate_role), KC_ROLE_PREDICATE "%s", predicate);
        status = open_predicate(s, task, predicate_role, err);
    }
    return status < 0 ? status : open_transform(s, task, role, err);
}

static bool is_transform(const struct kc_task_plugin *plugin)
{
    return strncmp(plugin->role, KC_ROLE_TRANSFORM, sizeof(KC_ROLE_TRANSFORM) - 1) == 0;
}

/* True when a plugin of the start message has the role that `key` lies under. */
static bool has_role(const struct kc_start *start, const char *key)
{
    for (size_t i = 0; i < start->n_plugins; i++) {
        size_t n = strlen(start->plugins[i].role);

        if (strncmp(key, start->plugins[i].role, n) == 0 && key[n] == '.')
            return true;
    }
    return false;
}

/* Settings of aliases that nothing lists are likely a slip. */
static void warn_of_unused(const struct kc_start *start)
{
    static const char *const prefixes[] = {KC_ROLE_TRANSFORM, KC_ROLE_PREDICATE};

    for (size_t i = 0; i < kc_props_count(start->config); i++) {
        const char *key = kc_props_key(start->config, i), *end = strrchr(key, '.');

        for (size_t k = 0; k < 2 && end != NULL && strcmp(end, ".type") == 0; k++) {
            if (strncmp(key, prefixes[k], strlen(prefixes[k])) == 0 && !has_role(start, key))
                kc_log(KC_WARN, "worker/task", "the keys %.*s.* have no effect: %s", (int)(end - key), key,
                       k == 0 ? "\"transforms\" does not list this alias"
                              : "no transform that is listed names this predicate");
        }
    }
}

kc_status kc_pipeline_open(struct kc_pipeline *p, struct kc_task *task, struct kc_error *err)
{
    const struct kc_start *start = &task->start;
    kc_status status = KC_OK;

    *p = (struct kc_pipeline){.task = task};
    p->stages = calloc(start->n_plugins + 1, sizeof(*p->stages));
    if (p->stages == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    warn_of_unused(start);
    for (size_t i = 0; i < start->n_plugins && status >= 0; i++) {
        if (is_transform(&start->plugins[i]))
            status = open_stage(&p->stages[p->n_stages++], task, start->plugins[i].role, err);
    }
    if (p->n_stages > 0)
        kc_topics_make_lazily(task->topics);
    return status;
}

static void close_stage(struct kc_stage *s)
{
    if (s->opened) {
        kc_ctx_enter(&s->ctx, "close");
        s->ops->close(s->self);
        kc_ctx_leave(&s->ctx);
    }
    if (s->test_opened) {
        kc_ctx_enter(&s->test_ctx, "close");
        s->test_ops->close(s->test_self);
        kc_ctx_leave(&s->test_ctx);
    }
    if (s->ctx.task != NULL)
        kc_ctx_finish(&s->ctx);
    if (s->test_ctx.task != NULL)
        kc_ctx_finish(&s->test_ctx);
}

void kc_pipeline_close(struct kc_pipeline *p)
{
    for (uint32_t i = 0; i < p->n_stages; i++)
        close_stage(&p->stages[i]);
    free(p->stages);
    free(p->kept);
    *p = (struct kc_pipeline){0};
}

/* Transforms may change the records, not what they point at: so a copy of the structs is the batch as it
 * came. */
static kc_status keep(struct kc_pipeline *p, const struct kc_batch *b, struct kc_error *err)
{
    uint64_t need = (uint64_t)b->n_records * b->record_size;

    if (need > p->kept_cap) {
        uint8_t *bytes = realloc(p->kept, need);

        if (bytes == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch's records");
        p->kept = bytes;
        p->kept_cap = need;
    }
    memcpy(p->kept, b->records, need);
    return KC_OK;
}

static kc_status transform(struct kc_stage *s, struct kc_batch *b, struct kc_error *err)
{
    struct kc_attempts attempts = {0};
    kc_status status;

    do {
        kc_ctx_enter(&s->ctx, "apply");
        status = s->ops->apply(s->self, b, err);
        kc_ctx_leave(&s->ctx);
    } while (status == KC_ERR_RETRY && kc_retry_wait(s->ctx.task, &attempts, err) == KC_RETRY_AGAIN);
    return status == KC_ERR_RETRY ? kc_retry_settle(&s->ctx, &attempts, b, err) : status;
}

static kc_status test(struct kc_stage *s, struct kc_batch *b, struct kc_error *err)
{
    struct kc_attempts attempts = {0};
    kc_status status;

    do {
        kc_ctx_enter(&s->test_ctx, "test");
        status = s->test_ops->test(s->test_self, b, s->negate, err);
        kc_ctx_leave(&s->test_ctx);
    } while (status == KC_ERR_RETRY && kc_retry_wait(s->ctx.task, &attempts, err) == KC_RETRY_AGAIN);
    return status == KC_ERR_RETRY ? kc_retry_settle(&s->test_ctx, &attempts, b, err) : status;
}

/* What a predicate marked counts for the transform behind it only. */
static void clear_marks(struct kc_batch *b)
{
    for (uint32_t i = 0; i < b->n_records; i++)
        kc_batch_at(b, i)->flags &= ~(uint32_t)KC_REC_SKIP;
}

static kc_status run_stage(struct kc_stage *s, struct kc_batch *b, struct kc_error *err)
{
    kc_status status;

    if (s->test_ops == NULL)
        return transform(s, b, err);
    status = test(s, b, err);
    if (status >= 0)
        status = transform(s, b, err);
    clear_marks(b);
    return status;
}

static const struct kc_record *kept_at(const struct kc_pipeline *p, const struct kc_batch *b, uint32_t i)
{
    return (const struct kc_record *)(const void *)(p->kept + (uint64_t)i * b->record_size);
}

kc_status kc_pipeline_apply(struct kc_pipeline *p, struct kc_batch *b, struct kc_error *err)
{
    struct kc_failures *failures = &p->task->failures;
    size_t known = failures->n; /* those of the connector itself */
    bool keeping = kc_failures_need_originals(failures);
    kc_status status;

    if (p->n_stages == 0)
        return KC_OK;
    status = keeping ? keep(p, b, err) : KC_OK;
    for (uint32_t i = 0; i < p->n_stages && status >= 0; i++)
        status = run_stage(&p->stages[i], b, err);
    for (size_t i = known; keeping && i < failures->n; i++)
        failures->list[i].original = kept_at(p, b, failures->list[i].index);
    return status < 0 ? status : kc_task_raised(p->task, err);
}
