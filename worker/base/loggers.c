#include "base/loggers.h"

#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const char root_name[] = "root", connector_prefix[] = "connector.";

/* The log is the process's own (style.md), and so are its levels. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kc_logger loggers[KC_LOGGERS_MAX] = {
    {"root", KC_INFO, 0},
    {"api", KC_INFO, 0},
    {"librdkafka", KC_INFO, 0},
    {"worker", KC_INFO, 0},
    {"worker.config", KC_INFO, 0},
    {"worker.fleet", KC_INFO, 0},
    {"worker.offsets", KC_INFO, 0},
    {"worker.plugin", KC_INFO, 0},
    {"worker.supervisor", KC_INFO, 0},
    {"worker.task", KC_INFO, 0},
    {"worker.validate", KC_INFO, 0},
};
static size_t n_loggers = 11;
static void (*on_change)(void *arg);
static void *on_change_arg;
static _Atomic uint64_t version;
/* Of all loggers, so that most lines are judged without the lock. */
static atomic_int lowest = KC_INFO, highest = KC_INFO;

static void note_range(void)
{
    int low = KC_LOG_OFF, high = KC_LOG_ALL;

    for (size_t i = 0; i < n_loggers; i++) {
        low = (int)loggers[i].level < low ? (int)loggers[i].level : low;
        high = (int)loggers[i].level > high ? (int)loggers[i].level : high;
    }
    atomic_store(&lowest, low);
    atomic_store(&highest, high);
}

/* A name as it is listed: with dots. False: it is none. */
static bool clean_name(const char *name, char out[KC_LOGGER_NAME_BYTES])
{
    size_t n = strlen(name);

    if (n == 0 || n >= KC_LOGGER_NAME_BYTES)
        return false;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && !isgraph((unsigned char)name[i]))
            return false;
        out[i] = name[i] == '/' ? '.' : name[i];
    }
    return true;
}

static struct kc_logger *find(const char *name, size_t len)
{
    for (size_t i = 0; i < n_loggers; i++)
        if (strlen(loggers[i].name) == len && memcmp(loggers[i].name, name, len) == 0)
            return &loggers[i];
    return NULL;
}

/* The logger that counts for a name: itself, the nearest above it, at last root. */
static struct kc_logger *nearest(const char *name)
{
    size_t n = strlen(name);

    while (n > 0) {
        struct kc_logger *found = find(name, n);

        if (found != NULL)
            return found;
        while (n > 0 && name[n - 1] != '.')
            n--;
        n -= n > 0; /* the dot */
    }
    return &loggers[0];
}

static bool judge(enum kc_log_level level, const char *component, const char *connector)
{
    char name[KC_LOGGER_NAME_BYTES];
    const struct kc_logger *l = NULL;

    if (connector[0] != '\0' &&
        (size_t)snprintf(name, sizeof(name), "%s%s", connector_prefix, connector) < sizeof(name))
        l = find(name, strlen(name));
    if (l == NULL)
        l = clean_name(component, name) ? nearest(name) : &loggers[0];
    return level >= l->level;
}

bool kc_loggers_pass(enum kc_log_level level, const char *component, const char *connector)
{
    bool pass;

    if (level >= KC_LOG_OFF || (int)level < atomic_load_explicit(&lowest, memory_order_relaxed))
        return false;
    if ((int)level >= atomic_load_explicit(&highest, memory_order_relaxed))
        return true;
    (void)pthread_mutex_lock(&lock);
    pass = judge(level, component, connector);
    (void)pthread_mutex_unlock(&lock);
    return pass;
}

bool kc_loggers_may_pass(enum kc_log_level level)
{
    return level < KC_LOG_OFF && (int)level >= atomic_load_explicit(&lowest, memory_order_relaxed);
}

void kc_loggers_start(enum kc_log_level level)
{
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n_loggers; i++)
        loggers[i].level = level;
    note_range();
    (void)pthread_mutex_unlock(&lock);
}

/* Adds a clean name; NULL: there is no room. */
static struct kc_logger *add(const char *name)
{
    struct kc_logger *l;

    if (n_loggers == KC_LOGGERS_MAX)
        return NULL;
    l = &loggers[n_loggers];
    l->level = nearest(name)->level;
    l->modified_ms = 0;
    memcpy(l->name, name, strlen(name) + 1);
    n_loggers++;
    return l;
}

void kc_loggers_know(const char *name)
{
    char clean[KC_LOGGER_NAME_BYTES];

    if (!clean_name(name, clean))
        return;
    (void)pthread_mutex_lock(&lock);
    if (find(clean, strlen(clean)) == NULL)
        (void)add(clean);
    (void)pthread_mutex_unlock(&lock);
}

bool kc_loggers_find(const char *name, struct kc_logger *out)
{
    char clean[KC_LOGGER_NAME_BYTES];
    const struct kc_logger *l;

    if (!clean_name(name, clean))
        return false;
    (void)pthread_mutex_lock(&lock);
    l = find(clean, strlen(clean));
    if (l != NULL)
        *out = *l;
    (void)pthread_mutex_unlock(&lock);
    return l != NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct kc_logger *)a)->name, ((const struct kc_logger *)b)->name);
}

size_t kc_loggers_list(struct kc_logger *out)
{
    size_t n;

    (void)pthread_mutex_lock(&lock);
    n = n_loggers;
    memcpy(out, loggers, n * sizeof(*out));
    (void)pthread_mutex_unlock(&lock);
    qsort(out, n, sizeof(*out), by_name);
    return n;
}

static bool is_below(const char *name, const char *above)
{
    size_t n = strlen(above);

    return strcmp(above, root_name) == 0 ||
           (strncmp(name, above, n) == 0 && (name[n] == '\0' || name[n] == '.'));
}

static void tell_change(void)
{
    void (*tell)(void *arg);
    void *arg;

    (void)pthread_mutex_lock(&lock);
    note_range();
    tell = on_change;
    arg = on_change_arg;
    (void)pthread_mutex_unlock(&lock);
    if (tell != NULL)
        tell(arg);
}

kc_status kc_loggers_set(const char *name, enum kc_log_level level, struct kc_logger *changed,
                         size_t *n_changed, struct kc_error *err)
{
    char clean[KC_LOGGER_NAME_BYTES];
    kc_status status = KC_OK;
    size_t n = 0;

    *n_changed = 0;
    if (!clean_name(name, clean))
        return kc_fail(err, KC_ERR_CONFIG,
                       "The name of a logger has 1 to %d visible ASCII characters, such as worker.task.",
                       KC_LOGGER_NAME_BYTES - 1);
    (void)pthread_mutex_lock(&lock);
    if (find(clean, strlen(clean)) == NULL && add(clean) == NULL)
        status =
            kc_fail(err, KC_ERR_CONFIG, "There are %d loggers, and no more can be made.", KC_LOGGERS_MAX);
    for (size_t i = 0; i < n_loggers && status == KC_OK; i++) {
        if (!is_below(loggers[i].name, clean) || loggers[i].level == level)
            continue;
        loggers[i].level = level;
        loggers[i].modified_ms = kc_now_ms();
        if (changed != NULL)
            changed[n] = loggers[i];
        n++;
    }
    if (n > 0)
        atomic_fetch_add(&version, 1);
    (void)pthread_mutex_unlock(&lock);
    if (changed != NULL && n > 1)
        qsort(changed, n, sizeof(*changed), by_name);
    *n_changed = n;
    if (n > 0)
        tell_change();
    return status;
}

cJSON *kc_loggers_json(void)
{
    cJSON *levels = cJSON_CreateObject();

    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n_loggers; i++)
        (void)cJSON_AddStringToObject(levels, loggers[i].name, kc_log_level_name(loggers[i].level));
    (void)pthread_mutex_unlock(&lock);
    return levels;
}

void kc_loggers_take(const cJSON *levels)
{
    const cJSON *item;

    (void)pthread_mutex_lock(&lock);
    cJSON_ArrayForEach(item, levels)
    {
        char clean[KC_LOGGER_NAME_BYTES];
        enum kc_log_level level;
        struct kc_logger *l;

        if (!cJSON_IsString(item) || item->string == NULL || !clean_name(item->string, clean) ||
            !kc_log_level_parse(item->valuestring, &level))
            continue;
        l = find(clean, strlen(clean));
        if (l == NULL)
            l = add(clean);
        if (l != NULL)
            l->level = level;
    }
    (void)pthread_mutex_unlock(&lock);
    tell_change();
}

void kc_loggers_on_change(void (*changed)(void *arg), void *arg)
{
    (void)pthread_mutex_lock(&lock);
    on_change = changed;
    on_change_arg = arg;
    (void)pthread_mutex_unlock(&lock);
}

uint64_t kc_loggers_version(void)
{
    return atomic_load(&version);
}
