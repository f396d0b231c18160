#include "validate/validator.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kconnect/plugin.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "plugin/config_providers.h"
#include "validate/stage_list.h"
#include "validate/validate_child.h"

enum { SLICE_MS = 100 };

struct kc_validator {
    const char *executable;
    const struct kc_worker_config *config;
    pthread_mutex_t lock;
    pthread_cond_t left; /* a place became free */
    int running;
};

struct kc_validator *kc_validator_create(const char *executable, const struct kc_worker_config *config)
{
    struct kc_validator *v = calloc(1, sizeof(*v));
    pthread_condattr_t attr;

    if (v == NULL)
        return NULL;
    v->executable = executable;
    v->config = config;
    (void)pthread_mutex_init(&v->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&v->left, &attr);
    (void)pthread_condattr_destroy(&attr);
    return v;
}

void kc_validator_destroy(struct kc_validator *v)
{
    if (v == NULL)
        return;
    (void)pthread_cond_destroy(&v->left);
    (void)pthread_mutex_destroy(&v->lock);
    free(v);
}

static void wait_slice(struct kc_validator *v)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += SLICE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&v->left, &v->lock, &until);
}

kc_status kc_validator_enter(struct kc_validator *v, const atomic_bool *stopping, struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + KC_VALIDATE_WAIT_MS;
    kc_status status = KC_OK;

    (void)pthread_mutex_lock(&v->lock);
    while (v->running >= KC_VALIDATE_AT_ONCE && status == KC_OK) {
        if (stopping != NULL && atomic_load(stopping))
            status = kc_fail(err, KC_ERR_RETRY, "The worker is stopping.");
        else if (kc_mono_ms() >= deadline)
            status = kc_fail(err, KC_ERR_RETRY,
                             "%d other configurations are being checked at this moment; try again, or send "
                             "validateOnly=declared.",
                             KC_VALIDATE_AT_ONCE);
        else
            wait_slice(v);
    }
    if (status == KC_OK)
        v->running++;
    (void)pthread_mutex_unlock(&v->lock);
    return status;
}

void kc_validator_leave(struct kc_validator *v)
{
    (void)pthread_mutex_lock(&v->lock);
    v->running--;
    (void)pthread_cond_signal(&v->left);
    (void)pthread_mutex_unlock(&v->lock);
}

/* What the child is to do, as validate_main.c reads it. NULL: out of memory. */
static char *request_text(const struct kc_validator *v, const struct kc_validation *check, cJSON *providers)
{
    const struct kc_component_info *component = check->component;
    cJSON *message = cJSON_CreateObject();
    char *text;

    cJSON_AddStringToObject(message, "kind", component->kind == KC_KIND_SINK ? "sink" : "source");
    cJSON_AddStringToObject(message, "id", component->id);
    cJSON_AddStringToObject(message, "version", component->version);
    cJSON_AddStringToObject(message, "file", component->file);
    cJSON_AddStringToObject(message, "group_id", v->config->group_id);
    cJSON_AddItemToObject(message, "config", kc_json_from_props(check->config));
    if (providers != NULL)
        cJSON_AddItemToObject(message, "providers", providers);
    if (check->registry != NULL && check->stages)
        cJSON_AddItemToObject(message, "stages",
                              kc_validate_stage_list(check->registry, v->config->props, check->config));
    if (check->offsets != NULL) /* as text: cJSON would round its numbers */
        cJSON_AddStringToObject(message, "offsets", check->offsets);
    if (check->changes != NULL)
        cJSON_AddStringToObject(message, "changes", check->changes);
    cJSON_AddStringToObject(message, "log_level", kc_log_level_name(kc_log_get_level()));
    cJSON_AddStringToObject(message, "log_format", v->config->log_format == KC_LOG_JSON ? "json" : "text");
    text = cJSON_PrintUnformatted(message);
    cJSON_Delete(message);
    return text;
}

/* As for the connector's task: its own limit, else the worker's. */
static int64_t memory_max_mb(const struct kc_validator *v, const struct kc_props *config)
{
    long long own = config != NULL ? strtoll(kc_props_or(config, "task.memory.max.mb", ""), NULL, 10) : 0;

    return own > 0 ? own : v->config->task_memory_max_mb;
}

kc_status kc_validator_run(struct kc_validator *v, const struct kc_validation *check, struct kc_error *err)
{
    const struct kc_component_info *component = check->component;
    struct kc_validate_child child = {.executable = v->executable,
                                      .component = component,
                                      .subject = check->changes != NULL ? "these offsets" : NULL,
                                      .deadline_ms = KC_VALIDATE_DEADLINE_MS,
                                      .memory_max_mb = memory_max_mb(v, check->config),
                                      .stopping = check->stopping,
                                      .problem = check->problem,
                                      .advice = check->advice,
                                      .arg = check->arg};
    int64_t began = kc_mono_ms();
    cJSON *providers = NULL;
    kc_status status;
    char *request;

    if (check->registry != NULL) {
        kc_registry_restage(check->registry); /* somebody may have cleaned up below /tmp */
        providers = kc_config_providers_json(check->registry, v->config->props, check->config, err);
        if (providers == NULL) /* its plugin is gone since the declarations were checked */
            return kc_fail(err, KC_ERR_RETRY, "A config provider of this configuration is not installed.");
    }
    request = request_text(v, check, providers);
    if (request == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    status = kc_validate_child_run(&child, request, strlen(request), err);
    kc_log(KC_DEBUG, "worker/validate", "%s %s checked %s in %lld ms", component->id, component->version,
           check->changes != NULL ? "offsets" : "a configuration", (long long)(kc_mono_ms() - began));
    explicit_bzero(request, strlen(request)); /* it holds passwords */
    free(request);
    return status;
}
