#include "plugin/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/plugin.h>

#include "base/json.h"
#include "base/log.h"
#include "plugin/component_read.h"
#include "plugin/elf_check.h"
#include "plugin/probe_child.h"
#include "plugin/scan.h"
#include "plugin/staging.h"
#include "plugin/version_order.h"
#include "plugin/version_range.h"

static const char log_name[] = "worker/plugin";

/* One loaded file: what its components' texts point into. */
struct source {
    cJSON *description;
    char *origin;
    char *staged;
};

struct kc_registry {
    struct kc_component_info *components;
    size_t n_components;
    struct kc_refused_info *refused;
    size_t n_refused;
    struct source *sources;
    size_t n_sources;
};

static kc_status out_of_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory while looking for plugins");
}

/* `reason` is a constant. */
static kc_status refuse(struct kc_registry *r, const char *file, const char *reason, const char *detail,
                        struct kc_error *err)
{
    struct kc_refused_info *list = reallocarray(r->refused, r->n_refused + 1, sizeof(*list));
    char *file_copy = strdup(file), *detail_copy = strdup(detail);

    if (list != NULL)
        r->refused = list;
    if (list == NULL || file_copy == NULL || detail_copy == NULL) {
        free(file_copy);
        free(detail_copy);
        return out_of_memory(err);
    }
    list[r->n_refused++] =
        (struct kc_refused_info){.file = file_copy, .reason = reason, .detail = detail_copy};
    kc_log(KC_WARN, log_name, "plugin %s is refused (%s): %s", file, reason, detail);
    return KC_OK;
}

static const struct kc_component_info *find_exact(const struct kc_registry *r, uint32_t kind, const char *id,
                                                  const char *version)
{
    for (size_t i = 0; i < r->n_components; i++) {
        const struct kc_component_info *c = &r->components[i];

        if (c->kind == kind && strcmp(c->id, id) == 0 && strcmp(c->version, version) == 0)
            return c;
    }
    return NULL;
}

/* A component that another file brought already. */
static const struct kc_component_info *find_duplicate(const struct kc_registry *r, const cJSON *components)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, components)
    {
        const char *id = kc_json_text(item, "id"), *version = kc_json_text(item, "version");
        const struct kc_component_info *found = NULL;

        if (id != NULL && version != NULL)
            found = find_exact(r, (uint32_t)kc_json_int(item, "kind", 0), id, version);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* Takes over `description` whatever comes of it. */
static kc_status add_source(struct kc_registry *r, const char *origin, const char *staged, cJSON *description,
                            struct kc_error *err)
{
    struct source *list = reallocarray(r->sources, r->n_sources + 1, sizeof(*list));
    struct source *s;

    if (list == NULL) {
        cJSON_Delete(description);
        return out_of_memory(err);
    }
    r->sources = list;
    s = &list[r->n_sources++];
    *s = (struct source){.description = description, .origin = strdup(origin), .staged = strdup(staged)};
    return s->origin == NULL || s->staged == NULL ? out_of_memory(err) : KC_OK;
}

static kc_status add_components(struct kc_registry *r, const struct source *s, struct kc_error *err)
{
    const cJSON *components = kc_json_member(s->description, "components"), *item;

    cJSON_ArrayForEach(item, components)
    {
        struct kc_component_info *list = reallocarray(r->components, r->n_components + 1, sizeof(*list));
        struct kc_component_info *c;
        kc_status status;

        if (list == NULL)
            return out_of_memory(err);
        r->components = list;
        c = &list[r->n_components];
        status = kc_component_read(item, c, err);
        if (status < 0)
            return kc_wrap(err, "plugin %s", s->origin);
        c->file = s->staged;
        c->origin = s->origin;
        r->n_components++;
        kc_log(KC_INFO, log_name, "found %s %s in %s", c->id, c->version, s->origin);
    }
    return KC_OK;
}

static kc_status probe(struct kc_registry *r, const struct kc_candidate *c, const char *staged,
                       const char *self, struct kc_error *err)
{
    const struct kc_component_info *duplicate;
    const char *reason = NULL;
    struct kc_buf detail = {0};
    kc_status status;
    cJSON *description = kc_probe_child(self, staged, KC_PROBE_DEADLINE_MS, &reason, &detail);

    if (description == NULL) {
        status = refuse(r, c->file, reason, detail.failed ? "out of memory" : detail.data, err);
        kc_buf_finish(&detail);
        return status;
    }
    duplicate = find_duplicate(r, kc_json_member(description, "components"));
    if (duplicate != NULL) {
        kc_buf_printf(&detail, "%s %s is in %s already", duplicate->id, duplicate->version,
                      duplicate->origin);
        status = refuse(r, c->file, "DUPLICATE", detail.failed ? "out of memory" : detail.data, err);
        cJSON_Delete(description);
    } else {
        status = add_source(r, c->file, staged, description, err);
        if (status == KC_OK)
            status = add_components(r, &r->sources[r->n_sources - 1], err);
    }
    kc_buf_finish(&detail);
    return status;
}

static kc_status stage_and_probe(struct kc_registry *r, const struct kc_candidate *c, const char *staging,
                                 const char *self, struct kc_error *err)
{
    struct kc_error why = KC_ERROR_INIT;
    char *folder = NULL, *staged = NULL;
    kc_status status;

    status = c->folder != NULL ? kc_staging_add_folder(staging, c->folder, &folder, &why)
                               : kc_staging_add_file(staging, c->file, &folder, &why);
    if (status < 0)
        return refuse(r, c->file, "UNLOADABLE", why.message, err);
    if (asprintf(&staged, "%s%s", folder, strrchr(c->file, '/') != NULL ? strrchr(c->file, '/') : "/") < 0) {
        free(folder);
        return out_of_memory(err);
    }
    status = probe(r, c, staged, self, err);
    free(staged);
    free(folder);
    return status;
}

static kc_status add_candidate(struct kc_registry *r, const struct kc_candidate *c, const char *staging,
                               const char *self, struct kc_error *err)
{
    char detail[512];
    size_t extra = 0;

    switch (kc_elf_check(c->file, detail, sizeof(detail), &extra)) {
    case KC_ELF_NO_PLUGIN:
        /* In a plugin's own folder these are its private libraries. */
        return c->folder != NULL ? KC_OK : refuse(r, c->file, "WRONG_FILE", detail, err);
    case KC_ELF_WRONG_FILE: return refuse(r, c->file, "WRONG_FILE", detail, err);
    case KC_ELF_OTHER_ABI: return refuse(r, c->file, "INCOMPATIBLE", detail, err);
    case KC_ELF_PLUGIN: break;
    }
    if (extra > 0)
        kc_log(
            KC_WARN, log_name,
            "plugin %s exports %zu symbols besides its entry function; they may clash with those of others",
            c->file, extra);
    return stage_and_probe(r, c, staging, self, err);
}

static int by_id_then_version(const void *a, const void *b)
{
    const struct kc_component_info *x = a, *y = b;
    int order = strcmp(x->id, y->id);

    if (order == 0)
        order = kc_version_compare(x->version, y->version);
    return order != 0 ? order : (x->kind > y->kind) - (x->kind < y->kind);
}

struct kc_registry *kc_registry_scan(const char *const *plugin_path, const char *state_dir, const char *self,
                                     struct kc_error *err)
{
    struct kc_registry *r = calloc(1, sizeof(*r));
    struct kc_candidates found = {0};
    char *staging = NULL;
    kc_status status;

    if (r == NULL) {
        (void)out_of_memory(err);
        return NULL;
    }
    status = kc_staging_open(state_dir, &staging, err);
    if (status == KC_OK)
        status = kc_scan(plugin_path, &found, err);
    for (size_t i = 0; i < found.n && status == KC_OK; i++)
        status = add_candidate(r, &found.list[i], staging, self, err);
    kc_scan_finish(&found);
    free(staging);
    if (status < 0) {
        kc_registry_destroy(r);
        return NULL;
    }
    if (r->n_components > 0)
        qsort(r->components, r->n_components, sizeof(*r->components), by_id_then_version);
    return r;
}

void kc_registry_destroy(struct kc_registry *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->n_components; i++)
        kc_component_finish(&r->components[i]);
    for (size_t i = 0; i < r->n_refused; i++) {
        free((char *)r->refused[i].file);
        free((char *)r->refused[i].detail);
    }
    for (size_t i = 0; i < r->n_sources; i++) {
        cJSON_Delete(r->sources[i].description);
        free(r->sources[i].origin);
        free(r->sources[i].staged);
    }
    free(r->components);
    free(r->refused);
    free(r->sources);
    free(r);
}

size_t kc_registry_count(const struct kc_registry *r)
{
    return r->n_components;
}

const struct kc_component_info *kc_registry_at(const struct kc_registry *r, size_t i)
{
    return &r->components[i];
}

size_t kc_registry_refused_count(const struct kc_registry *r)
{
    return r->n_refused;
}

const struct kc_refused_info *kc_registry_refused_at(const struct kc_registry *r, size_t i)
{
    return &r->refused[i];
}

static bool is_named(const struct kc_component_info *c, const char *name)
{
    if (strcmp(c->id, name) == 0)
        return true;
    for (size_t i = 0; c->aliases != NULL && c->aliases[i] != NULL; i++)
        if (strcmp(c->aliases[i], name) == 0)
            return true;
    return false;
}

static bool is_of_kind(const struct kc_component_info *c, uint32_t kind)
{
    return kind != 0 ? c->kind == kind : c->kind == KC_KIND_SOURCE || c->kind == KC_KIND_SINK;
}

/* The highest version in the range. A version that is spelt exactly so is what was meant. */
static const struct kc_component_info *find_best(const struct kc_registry *r, uint32_t kind, const char *name,
                                                 const char *range)
{
    const struct kc_component_info *best = NULL;

    for (size_t i = 0; i < r->n_components; i++) {
        const struct kc_component_info *c = &r->components[i];

        if (!is_of_kind(c, kind) || !is_named(c, name) || !kc_version_in_range(c->version, range))
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
    return find_best(r, kind, name, NULL);
}

static void list_versions(const struct kc_registry *r, uint32_t kind, const char *name, struct kc_buf *out)
{
    for (size_t i = 0; i < r->n_components; i++) {
        const struct kc_component_info *c = &r->components[i];

        if (is_of_kind(c, kind) && is_named(c, name))
            kc_buf_printf(out, "%s%s", out->len > 0 ? ", " : "", c->version);
    }
}

const struct kc_component_info *kc_registry_select(const struct kc_registry *r, uint32_t kind,
                                                   const char *name, const char *version_range,
                                                   struct kc_error *err)
{
    const struct kc_component_info *found;
    struct kc_buf versions = {0};

    if (kc_version_range_check(version_range, err) < 0)
        return NULL;
    found = find_best(r, kind, name, version_range);
    if (found != NULL)
        return found;
    list_versions(r, kind, name, &versions);
    if (versions.len == 0)
        (void)kc_fail(err, KC_ERR_CONFIG,
                      "no plugin named %s is installed on this worker; put it into plugin.path", name);
    else
        (void)kc_fail(err, KC_ERR_CONFIG,
                      "no version of %s that is installed on this worker is in the range %s; installed: %s",
                      name, version_range != NULL ? version_range : "latest",
                      versions.failed ? "?" : versions.data);
    kc_buf_finish(&versions);
    return NULL;
}

const struct kc_component_info **kc_registry_list(const struct kc_registry *r, size_t *n)
{
    const struct kc_component_info **list = NULL;

    if (r->n_components > 0)
        list = calloc(r->n_components, sizeof(*list));
    *n = list != NULL ? r->n_components : 0;
    for (size_t i = 0; i < *n; i++)
        list[i] = &r->components[i];
    return list;
}
