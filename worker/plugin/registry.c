#include "plugin/registry.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "plugin/component_read.h"
#include "plugin/registry_edit.h"
#include "plugin/staging.h"
#include "plugin/version_order.h"
#include "plugin/version_range.h"

static const char log_name[] = "worker/plugin";

/* A list of texts that are owned. */
struct refusals {
    struct kc_refused_info *list;
    size_t n;
};

struct kc_registry {
    pthread_rwlock_t lock;
    struct kc_plugin_content **contents; /* all there ever were */
    size_t n_contents;
    const struct kc_component_info **listed; /* sorted by id, then version */
    size_t n_listed;
    struct refusals refused;
    struct refusals quarantined; /* `file` is the staged one */
    atomic_bool restage_failed;  /* the last time; it is said once, not every few seconds */
};

/* Readers have the registry as constant; its lock is what they may change. */
static pthread_rwlock_t *lock_of(const struct kc_registry *r)
{
    return (pthread_rwlock_t *)&r->lock;
}

static void read_lock(const struct kc_registry *r)
{
    (void)pthread_rwlock_rdlock(lock_of(r));
}

static void unlock(const struct kc_registry *r)
{
    (void)pthread_rwlock_unlock(lock_of(r));
}

static kc_status out_of_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory while looking for plugins");
}

struct kc_registry *kc_registry_create(void)
{
    struct kc_registry *r = calloc(1, sizeof(*r));

    if (r != NULL && pthread_rwlock_init(&r->lock, NULL) != 0) {
        free(r);
        return NULL;
    }
    return r;
}

static void free_content(struct kc_plugin_content *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n; i++)
        kc_component_finish(&c->components[i]);
    free(c->components);
    cJSON_Delete(c->description);
    free(c->origin);
    free(c->folder);
    free(c->staged);
    free(c);
}

static void free_refusal(struct kc_refused_info *f)
{
    free((char *)f->file);
    free((char *)f->detail);
}

static void free_refusals(struct refusals *r)
{
    for (size_t i = 0; i < r->n; i++)
        free_refusal(&r->list[i]);
    free(r->list);
    *r = (struct refusals){0};
}

void kc_registry_destroy(struct kc_registry *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->n_contents; i++)
        free_content(r->contents[i]);
    free(r->contents);
    free(r->listed);
    free_refusals(&r->refused);
    free_refusals(&r->quarantined);
    (void)pthread_rwlock_destroy(&r->lock);
    free(r);
}

/* ---- the writing side: registry_edit.h ---- */

/* Contents are appended by the one writer only, so it may read the list without the lock. */
const struct kc_plugin_content *kc_registry_content(const struct kc_registry *r, const char *origin,
                                                    const char *staged)
{
    for (size_t i = 0; i < r->n_contents; i++)
        if (strcmp(r->contents[i]->staged, staged) == 0 && strcmp(r->contents[i]->origin, origin) == 0)
            return r->contents[i];
    return NULL;
}

static kc_status read_components(struct kc_plugin_content *c, struct kc_error *err)
{
    const cJSON *components = kc_json_member(c->description, "components"), *item;

    c->components = calloc((size_t)cJSON_GetArraySize(components) + 1, sizeof(*c->components));
    if (c->components == NULL)
        return out_of_memory(err);
    cJSON_ArrayForEach(item, components)
    {
        kc_status status = kc_component_read(item, &c->components[c->n], err);

        if (status < 0)
            return status;
        c->components[c->n].file = c->staged;
        c->components[c->n].origin = c->origin;
        c->n++;
    }
    return KC_OK;
}

static kc_status append_content(struct kc_registry *r, struct kc_plugin_content *c, struct kc_error *err)
{
    struct kc_plugin_content **list;
    kc_status status = KC_OK;

    (void)pthread_rwlock_wrlock(&r->lock);
    list = reallocarray(r->contents, r->n_contents + 1, sizeof(struct kc_plugin_content *));
    if (list == NULL) {
        status = out_of_memory(err);
    } else {
        r->contents = list;
        list[r->n_contents++] = c;
    }
    unlock(r);
    return status;
}

const struct kc_plugin_content *kc_registry_add(struct kc_registry *r, const char *origin, const char *folder,
                                                const char *staged, cJSON *description, struct kc_error *err)
{
    struct kc_plugin_content *c;
    kc_status status;

    if (r->n_contents >= KC_REGISTRY_MAX_CONTENTS) {
        cJSON_Delete(description);
        (void)kc_fail(
            err, KC_ERR_UNSUPPORTED,
            "this worker has seen %d different plugin files since it was started; restart it to load more",
            KC_REGISTRY_MAX_CONTENTS);
        return NULL;
    }
    c = calloc(1, sizeof(*c));
    if (c == NULL) {
        cJSON_Delete(description);
        (void)out_of_memory(err);
        return NULL;
    }
    c->description = description;
    c->origin = strdup(origin);
    c->folder = folder != NULL ? strdup(folder) : NULL;
    c->staged = strdup(staged);
    c->n_staged = kc_staging_count(staged);
    status = c->origin == NULL || c->staged == NULL || (folder != NULL && c->folder == NULL)
                 ? out_of_memory(err)
                 : read_components(c, err);
    if (status == KC_OK)
        status = append_content(r, c, err);
    if (status < 0) {
        free_content(c);
        return NULL;
    }
    return c;
}

static int by_id_then_version(const void *a, const void *b)
{
    const struct kc_component_info *x = *(const struct kc_component_info *const *)a,
                                   *y = *(const struct kc_component_info *const *)b;
    int order = strcmp(x->id, y->id);

    if (order == 0)
        order = kc_version_compare(x->version, y->version);
    return order != 0 ? order : (x->kind > y->kind) - (x->kind < y->kind);
}

/* At least one element long, so that NULL means out of memory. */
static const struct kc_component_info **sorted_list(const struct kc_plugin_content *const *contents, size_t n,
                                                    size_t *count)
{
    const struct kc_component_info **list;
    size_t total = 0, at = 0;

    for (size_t i = 0; i < n; i++)
        total += contents[i]->n;
    list = calloc(total + 1, sizeof(*list));
    for (size_t i = 0; i < n && list != NULL; i++)
        for (size_t k = 0; k < contents[i]->n; k++)
            list[at++] = &contents[i]->components[k];
    if (at > 1)
        qsort(list, at, sizeof(*list), by_id_then_version);
    *count = at;
    return list;
}

/* `reason` is a constant. */
static bool add_refusal(struct refusals *r, const char *file, const char *reason, const char *detail)
{
    struct kc_refused_info *list = reallocarray(r->list, r->n + 1, sizeof(*list));
    struct kc_refused_info copy = {.file = strdup(file), .reason = reason, .detail = strdup(detail)};

    if (list != NULL)
        r->list = list;
    if (list == NULL || copy.file == NULL || copy.detail == NULL) {
        free_refusal(&copy);
        return false;
    }
    list[r->n++] = copy;
    return true;
}

kc_status kc_registry_publish(struct kc_registry *r, const struct kc_plugin_content *const *contents,
                              size_t n_contents, const struct kc_refused_info *refused, size_t n_refused,
                              struct kc_error *err)
{
    struct refusals copies = {0}, old_refused;
    size_t n_listed;
    const struct kc_component_info **listed = sorted_list(contents, n_contents, &n_listed), **old_listed;
    bool good = listed != NULL;

    for (size_t i = 0; i < n_refused && good; i++)
        good = add_refusal(&copies, refused[i].file, refused[i].reason, refused[i].detail);
    if (!good) {
        free(listed);
        free_refusals(&copies);
        return out_of_memory(err);
    }
    (void)pthread_rwlock_wrlock(&r->lock);
    old_listed = r->listed;
    old_refused = r->refused;
    r->listed = listed;
    r->n_listed = n_listed;
    r->refused = copies;
    unlock(r);
    free(old_listed);
    free_refusals(&old_refused);
    return KC_OK;
}

/* ---- the reading side ---- */

static bool is_named(const struct kc_component_info *c, const char *name)
{
    if (strcmp(c->id, name) == 0)
        return true;
    for (size_t i = 0; c->aliases != NULL && c->aliases[i] != NULL; i++)
        if (strcmp(c->aliases[i], name) == 0)
            return true;
    return false;
}

static bool is_wanted(const struct kc_component_info *c, uint32_t kind, const char *name)
{
    bool right_kind = kind != 0 ? c->kind == kind : c->kind == KC_KIND_SOURCE || c->kind == KC_KIND_SINK;

    return right_kind && is_named(c, name);
}

/* The highest version in the range; a version that is spelt exactly so is what was meant. Under the lock. */
static const struct kc_component_info *find_best(const struct kc_registry *r, uint32_t kind, const char *name,
                                                 const char *range)
{
    const struct kc_component_info *best = NULL;

    for (size_t i = 0; i < r->n_listed; i++) {
        const struct kc_component_info *c = r->listed[i];

        if (!is_wanted(c, kind, name) || !kc_version_in_range(c->version, range))
            continue;
        if (range != NULL && strcmp(c->version, range) == 0)
            return c;
        if (best == NULL || kc_version_compare(c->version, best->version) > 0)
            best = c;
    }
    return best;
}

const struct kc_component_info *kc_registry_find(const struct kc_registry *r, uint32_t kind, const char *name)
{
    const struct kc_component_info *found;

    read_lock(r);
    found = find_best(r, kind, name, NULL);
    unlock(r);
    return found;
}

static const struct kc_component_info *find_former(const struct kc_registry *r, uint32_t kind,
                                                   const char *name)
{
    for (size_t i = r->n_contents; i-- > 0;)
        for (size_t k = 0; k < r->contents[i]->n; k++)
            if (is_wanted(&r->contents[i]->components[k], kind, name))
                return &r->contents[i]->components[k];
    return NULL;
}

const struct kc_component_info *kc_registry_find_ever(const struct kc_registry *r, uint32_t kind,
                                                      const char *name)
{
    const struct kc_component_info *found;

    read_lock(r);
    found = find_best(r, kind, name, NULL);
    if (found == NULL)
        found = find_former(r, kind, name);
    unlock(r);
    return found;
}

static void list_versions(const struct kc_registry *r, uint32_t kind, const char *name, struct kc_buf *out)
{
    for (size_t i = 0; i < r->n_listed; i++)
        if (is_wanted(r->listed[i], kind, name))
            kc_buf_printf(out, "%s%s", out->len > 0 ? ", " : "", r->listed[i]->version);
}

const struct kc_component_info *kc_registry_select(const struct kc_registry *r, uint32_t kind,
                                                   const char *name, const char *version_range,
                                                   struct kc_error *err)
{
    const struct kc_component_info *found;
    struct kc_buf versions = {0};

    if (kc_version_range_check(version_range, err) < 0)
        return NULL;
    read_lock(r);
    found = find_best(r, kind, name, version_range);
    if (found == NULL)
        list_versions(r, kind, name, &versions);
    unlock(r);
    if (found == NULL && versions.len == 0)
        (void)kc_fail(err, KC_ERR_CONFIG,
                      "no plugin named %s is installed on this worker; put it into plugin.path", name);
    else if (found == NULL)
        (void)kc_fail(err, KC_ERR_CONFIG,
                      "no version of %s that is installed on this worker is in the range %s; installed: %s",
                      name, version_range != NULL ? version_range : "latest",
                      versions.failed ? "?" : versions.data);
    kc_buf_finish(&versions);
    return found;
}

const struct kc_component_info **kc_registry_list(const struct kc_registry *r, size_t *n)
{
    const struct kc_component_info **list = NULL;

    read_lock(r);
    if (r->n_listed > 0)
        list = malloc(r->n_listed * sizeof(*list));
    *n = list != NULL ? r->n_listed : 0;
    if (list != NULL)
        memcpy(list, r->listed, *n * sizeof(*list));
    unlock(r);
    return list;
}

/* The content that tasks load as `staged`; the newest, should several files be alike. Under the lock. */
static const struct kc_plugin_content *content_of(const struct kc_registry *r, const char *staged)
{
    for (size_t i = r->n_contents; i-- > 0;)
        if (strcmp(r->contents[i]->staged, staged) == 0)
            return r->contents[i];
    return NULL;
}

void kc_registry_each_refused(const struct kc_registry *r, kc_refused_fn *each, void *arg)
{
    read_lock(r);
    for (size_t i = 0; i < r->refused.n; i++)
        each(arg, &r->refused.list[i]);
    for (size_t i = 0; i < r->quarantined.n; i++) {
        struct kc_refused_info shown = r->quarantined.list[i];
        const struct kc_plugin_content *content = content_of(r, shown.file);

        if (content != NULL)
            shown.file = content->origin;
        each(arg, &shown);
    }
    unlock(r);
}

void kc_registry_quarantine(struct kc_registry *r, const char *staged, const char *detail)
{
    struct refusals *q = &r->quarantined;

    (void)pthread_rwlock_wrlock(&r->lock);
    for (size_t i = 0; i < q->n; i++)
        if (strcmp(q->list[i].file, staged) == 0) {
            free_refusal(&q->list[i]);
            q->list[i] = q->list[--q->n];
            break;
        }
    if (detail != NULL && !add_refusal(q, staged, "QUARANTINED", detail))
        kc_log(KC_WARN, log_name, "out of memory: the quarantine of %s is not listed", staged);
    unlock(r);
}

/* ---- staged copies that have vanished ---- */

static kc_status stage_again(const struct kc_plugin_content *c, struct kc_error *err)
{
    char *folder = strdup(c->staged), *made = NULL, *slash;
    kc_status status;

    if (folder == NULL)
        return out_of_memory(err);
    for (int i = 0; i < 2; i++) { /* less the file's name, less the hash */
        slash = strrchr(folder, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    status = c->folder != NULL ? kc_staging_add_folder(folder, c->folder, &made, err)
                               : kc_staging_add_file(folder, c->origin, &made, err);
    if (status == KC_OK && strncmp(c->staged, made, strlen(made)) != 0)
        status = kc_fail(err, KC_ERR_FATAL, "%s has another content by now", c->origin);
    free(made);
    free(folder);
    return status;
}

/* False: it can't be done, which is said when `say`. */
static bool restage(const struct kc_plugin_content *c, bool say)
{
    struct kc_error err = KC_ERROR_INIT;

    if (stage_again(c, &err) == KC_OK) {
        kc_log(KC_WARN, log_name, "%s had vanished and was copied anew from %s", c->staged, c->origin);
        return true;
    }
    if (say)
        kc_log(KC_ERROR, log_name, "%s has vanished and can not be copied anew: %s", c->staged, err.message);
    return false;
}

static bool is_first_of_file(const struct kc_component_info *const *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (list[k]->file == list[i]->file)
            return false;
    return true;
}

void kc_registry_restage(const struct kc_registry *r)
{
    const struct kc_component_info **list;
    atomic_bool *noted = (atomic_bool *)&r->restage_failed; /* as with the lock */
    bool failed_before = atomic_load(noted), failed = false;
    size_t n;

    list = kc_registry_list(r, &n);
    for (size_t i = 0; i < n; i++) {
        const struct kc_plugin_content *content;

        if (!is_first_of_file(list, i))
            continue;
        read_lock(r);
        content = content_of(r, list[i]->file);
        unlock(r);
        if (content != NULL && kc_staging_count(content->staged) < content->n_staged)
            failed = !restage(content, !failed_before) || failed;
    }
    free(list);
    atomic_store(noted, failed);
}
