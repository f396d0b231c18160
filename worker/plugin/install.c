#include "plugin/install.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "plugin/elf_check.h"
#include "plugin/file_mark.h"
#include "plugin/probe_child.h"
#include "plugin/registry_edit.h"
#include "plugin/scan.h"
#include "plugin/staging.h"

static const char log_name[] = "worker/plugin";

/* A file that the last scan found. */
struct known {
    char *file, *folder;
    uint64_t mark;    /* how it looked */
    int64_t since_ms; /* monotonic: since when it looks so */
    bool judged;      /* what follows is about how it looks now; else about how it looked before */
    const struct kc_plugin_content *content; /* NULL: it is no plugin, or refused */
    const char *reason;                      /* why it is refused; NULL: it is not */
    char *detail;
    char *duplicate; /* why what is in it can not be listed; NULL: it is */
    bool again;      /* it could not be looked at properly: to be tried again with the next scan */
    bool listed;
    bool seen; /* by the scan under way */
};

struct kc_installer {
    struct kc_registry *registry;
    const char *const *plugin_path;
    const char *self;
    char *staging;
    int staging_lock;
    struct known **known; /* in the order they were found in */
    size_t n_known;
    char *unreadable; /* the sentence about folders that the last scan could not read; NULL: none */
    const atomic_bool *stop;
    bool unpublished; /* something has changed since the last publication */
};

static kc_status out_of_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory while looking for plugins");
}

static bool stopped(const struct kc_installer *in)
{
    return in->stop != NULL && atomic_load(in->stop);
}

struct kc_installer *kc_installer_create(struct kc_registry *r, const char *const *plugin_path,
                                         const char *state_dir, const char *self, struct kc_error *err)
{
    struct kc_installer *in = calloc(1, sizeof(*in));

    if (in == NULL) {
        (void)out_of_memory(err);
        return NULL;
    }
    in->registry = r;
    in->plugin_path = plugin_path;
    in->self = self;
    if (kc_staging_open(state_dir, &in->staging, &in->staging_lock, err) < 0) {
        free(in);
        return NULL;
    }
    return in;
}

static void free_known(struct known *k)
{
    free(k->file);
    free(k->folder);
    free(k->detail);
    free(k->duplicate);
    free(k);
}

void kc_installer_destroy(struct kc_installer *in)
{
    if (in == NULL)
        return;
    for (size_t i = 0; i < in->n_known; i++)
        free_known(in->known[i]);
    free(in->known);
    free(in->unreadable);
    free(in->staging);
    if (in->staging_lock >= 0)
        (void)close(in->staging_lock);
    free(in);
}

/* ---- judging one file ---- */

/* `reason` is a constant. */
static kc_status refuse(struct known *k, const char *reason, const char *detail, struct kc_error *err)
{
    bool known = k->reason == reason && k->again && strcmp(k->detail, detail) == 0;
    char *copy = strdup(detail);

    if (copy == NULL)
        return out_of_memory(err);
    free(k->detail);
    k->detail = copy;
    k->reason = reason;
    k->content = NULL;
    if (!known)
        kc_log(KC_WARN, log_name, "plugin %s is refused (%s): %s", k->file, reason, detail);
    return KC_OK;
}

static void accept(struct known *k, const struct kc_plugin_content *content)
{
    k->content = content;
    k->reason = NULL;
    for (size_t i = 0; content != NULL && i < content->n; i++)
        kc_log(KC_INFO, log_name, "found %s %s in %s", content->components[i].id,
               content->components[i].version, k->file);
}

static kc_status probe(struct kc_installer *in, struct known *k, const char *staged, struct kc_error *err)
{
    const struct kc_plugin_content *content = kc_registry_content(in->registry, k->file, staged);
    struct kc_probe_limits limits = {KC_PROBE_DEADLINE_MS, KC_PROBE_MEMORY_MAX_MB, in->stop};
    struct kc_error why = KC_ERROR_INIT;
    const char *reason = NULL;
    struct kc_buf detail = {0};
    cJSON *description;
    kc_status status = KC_OK;

    if (content != NULL) { /* it was here before, and is back */
        accept(k, content);
        return KC_OK;
    }
    description = kc_probe_child(in->self, staged, &limits, &reason, &detail);
    if (description == NULL && stopped(in)) {
        status = KC_OK; /* nothing can be said of it */
    } else if (description == NULL) {
        status = refuse(k, reason, detail.failed ? "out of memory" : detail.data, err);
    } else {
        content = kc_registry_add(in->registry, k->file, k->folder, staged, description, &why);
        if (content != NULL)
            accept(k, content);
        else if (why.status == KC_ERR_NOMEM)
            status = out_of_memory(err);
        else
            status = refuse(k, why.status == KC_ERR_UNSUPPORTED ? "LIMIT" : "MALFORMED", why.message, err);
    }
    kc_buf_finish(&detail);
    return status;
}

static kc_status stage_and_probe(struct kc_installer *in, struct known *k, struct kc_error *err)
{
    struct kc_error why = KC_ERROR_INIT;
    const char *slash = strrchr(k->file, '/');
    char *folder = NULL;
    struct kc_buf staged = {0};
    kc_status status;

    status = k->folder != NULL ? kc_staging_add_folder(in->staging, k->folder, &folder, &why)
                               : kc_staging_add_file(in->staging, k->file, &folder, &why);
    if (status < 0) {
        status = refuse(k, "UNLOADABLE", why.message, err);
        k->again = true; /* a full disk is no fault of the file */
        return status;
    }
    k->again = false;
    kc_buf_printf(&staged, "%s/%s", folder, slash != NULL ? slash + 1 : k->file);
    status = staged.failed ? out_of_memory(err) : probe(in, k, staged.data, err);
    kc_buf_finish(&staged);
    free(folder);
    return status;
}

static kc_status judge(struct kc_installer *in, struct known *k, struct kc_error *err)
{
    char detail[512];
    size_t extra = 0;

    switch (kc_elf_check(k->file, detail, sizeof(detail), &extra)) {
    case KC_ELF_NO_PLUGIN:
        if (k->folder == NULL)
            return refuse(k, "WRONG_FILE", detail, err);
        accept(k, NULL); /* in a plugin's own folder these are its private libraries */
        return KC_OK;
    case KC_ELF_WRONG_FILE: return refuse(k, "WRONG_FILE", detail, err);
    case KC_ELF_OTHER_ABI: return refuse(k, "INCOMPATIBLE", detail, err);
    case KC_ELF_PLUGIN: break;
    }
    if (extra > 0)
        kc_log(
            KC_WARN, log_name,
            "plugin %s exports %zu symbols besides its entry function; they may clash with those of others",
            k->file, extra);
    return stage_and_probe(in, k, err);
}

/* ---- one scan ---- */

static struct known *add_known(struct kc_installer *in, const struct kc_candidate *c)
{
    struct known **list = reallocarray(in->known, in->n_known + 1, sizeof(struct known *));
    struct known *k = calloc(1, sizeof(*k));

    if (list != NULL)
        in->known = list;
    if (k != NULL) {
        k->file = strdup(c->file);
        k->folder = c->folder != NULL ? strdup(c->folder) : NULL;
    }
    if (list == NULL || k == NULL || k->file == NULL || (c->folder != NULL && k->folder == NULL)) {
        if (k != NULL)
            free_known(k);
        return NULL;
    }
    list[in->n_known++] = k;
    return k;
}

static struct known *find_known(const struct kc_installer *in, const char *file)
{
    for (size_t i = 0; i < in->n_known; i++)
        if (strcmp(in->known[i]->file, file) == 0)
            return in->known[i];
    return NULL;
}

/* Sets *again_ms lower when the file is not judged yet. */
static kc_status look_at(struct kc_installer *in, struct known *k, int64_t settle_ms, int64_t *again_ms,
                         struct kc_error *err)
{
    uint64_t mark = kc_file_mark(k->file, k->folder);
    int64_t now = kc_mono_ms(), rest;
    kc_status status;

    if (mark != k->mark) {
        k->mark = mark;
        k->since_ms = now;
        k->judged = k->again = false;
    }
    if (k->judged || mark == 0)
        return KC_OK;
    rest = k->since_ms + settle_ms - now;
    if (rest > 0) {
        *again_ms = rest < *again_ms ? rest : *again_ms;
        return KC_OK;
    }
    status = judge(in, k, err);
    if (status < 0 || stopped(in))
        return status;
    k->judged = !k->again;
    in->unpublished = true;
    /* Changed while it was looked at? Then this is not the last word; the next scan sees another mark. */
    if (kc_file_mark(k->file, k->folder) != mark)
        *again_ms = settle_ms < *again_ms ? settle_ms : *again_ms;
    return KC_OK;
}

static void forget_gone(struct kc_installer *in)
{
    size_t kept = 0;

    for (size_t i = 0; i < in->n_known; i++) {
        struct known *k = in->known[i];

        if (k->seen) {
            in->known[kept++] = k;
            continue;
        }
        if (k->listed)
            kc_log(KC_INFO, log_name,
                   "plugin %s is gone and is no longer listed; tasks that run it keep their copy", k->file);
        in->unpublished = true;
        free_known(k);
    }
    in->n_known = kept;
}

/* ---- what is listed ---- */

static const struct kc_component_info *find_in(const struct kc_plugin_content *in,
                                               const struct kc_component_info *c)
{
    for (size_t i = 0; i < in->n; i++)
        if (in->components[i].kind == c->kind && strcmp(in->components[i].id, c->id) == 0 &&
            strcmp(in->components[i].version, c->version) == 0)
            return &in->components[i];
    return NULL;
}

/* A component of `content` that one of the chosen ones has as well. */
static const struct kc_component_info *find_duplicate(const struct kc_plugin_content *const *chosen, size_t n,
                                                      const struct kc_plugin_content *content)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < content->n; k++) {
            const struct kc_component_info *found = find_in(chosen[i], &content->components[k]);

            if (found != NULL)
                return found;
        }
    return NULL;
}

/* Chooses the file, unless another one has what is in it. False: out of memory. */
static bool choose(struct known *k, const struct kc_plugin_content **chosen, size_t *n)
{
    const struct kc_component_info *other = find_duplicate(chosen, *n, k->content);
    struct kc_buf text = {0};
    char *duplicate;

    if (other == NULL) {
        if (!k->listed && k->duplicate != NULL)
            kc_log(KC_INFO, log_name, "plugin %s is listed now: the file with the same component is gone",
                   k->file);
        free(k->duplicate);
        k->duplicate = NULL;
        chosen[(*n)++] = k->content;
        k->listed = true;
        return true;
    }
    kc_buf_printf(&text, "%s %s is in %s already", other->id, other->version, other->origin);
    duplicate = kc_buf_take(&text);
    if (duplicate == NULL)
        return false;
    if (k->duplicate == NULL || strcmp(k->duplicate, duplicate) != 0)
        kc_log(KC_WARN, log_name, "plugin %s is refused (DUPLICATE): %s", k->file, duplicate);
    free(k->duplicate);
    k->duplicate = duplicate;
    k->listed = false;
    return true;
}

/* What is listed already comes first: a file that is dropped beside it can not take its place. */
static bool choose_all(struct kc_installer *in, const struct kc_plugin_content **chosen, size_t *n)
{
    for (int listed = 1; listed >= 0; listed--)
        for (size_t i = 0; i < in->n_known; i++) {
            struct known *k = in->known[i];

            if (k->content == NULL)
                k->listed = false;
            else if (k->listed == (listed == 1) && !choose(k, chosen, n))
                return false;
        }
    return true;
}

static kc_status publish(struct kc_installer *in, struct kc_error *err)
{
    const struct kc_plugin_content **chosen = calloc(in->n_known + 1, sizeof(*chosen));
    struct kc_refused_info *refused = calloc(in->n_known + 1, sizeof(*refused));
    size_t n_chosen = 0, n_refused = 0;
    kc_status status;

    if (chosen == NULL || refused == NULL || !choose_all(in, chosen, &n_chosen)) {
        free(chosen);
        free(refused);
        return out_of_memory(err);
    }
    for (size_t i = 0; i < in->n_known; i++) {
        const struct known *k = in->known[i];

        if (k->reason != NULL)
            refused[n_refused++] = (struct kc_refused_info){k->file, k->reason, k->detail};
        else if (k->content != NULL && !k->listed)
            refused[n_refused++] = (struct kc_refused_info){k->file, "DUPLICATE", k->duplicate};
    }
    status = kc_registry_publish(in->registry, chosen, n_chosen, refused, n_refused, err);
    free(chosen);
    free(refused);
    return status;
}

/* Once for each new sentence: the next scan is not far. */
static void report_unreadable(struct kc_installer *in, struct kc_candidates *found)
{
    if (found->unreadable != NULL &&
        (in->unreadable == NULL || strcmp(in->unreadable, found->unreadable) != 0))
        kc_log(KC_WARN, log_name, "plugin.path: cannot read the folder %s", found->unreadable);
    free(in->unreadable);
    in->unreadable = found->unreadable;
    found->unreadable = NULL;
}

static kc_status look_at_all(struct kc_installer *in, const struct kc_candidates *found, int64_t settle_ms,
                             int64_t *again_ms, struct kc_error *err)
{
    kc_status status = KC_OK;

    for (size_t i = 0; i < in->n_known; i++)
        in->known[i]->seen = false;
    for (size_t i = 0; i < found->n && status == KC_OK; i++) {
        struct known *k = find_known(in, found->list[i].file);

        if (k == NULL)
            k = add_known(in, &found->list[i]);
        if (k == NULL)
            return out_of_memory(err);
        k->seen = true;
    }
    forget_gone(in);
    for (size_t i = 0; i < in->n_known && status == KC_OK && !stopped(in); i++)
        status = look_at(in, in->known[i], settle_ms, again_ms, err);
    return status;
}

kc_status kc_installer_scan(struct kc_installer *in, int64_t settle_ms, const atomic_bool *stop,
                            int64_t *again_ms, bool *changed, struct kc_error *err)
{
    struct kc_candidates found = {0};
    kc_status status;

    in->stop = stop;
    *again_ms = INT64_MAX;
    *changed = false;
    status = kc_scan(in->plugin_path, &found, err);
    if (status < 0)
        return status;
    report_unreadable(in, &found);
    status = look_at_all(in, &found, settle_ms, again_ms, err);
    kc_scan_finish(&found);
    if (status < 0 || !in->unpublished || stopped(in))
        return status;
    status = publish(in, err);
    *changed = status == KC_OK;
    in->unpublished = !*changed;
    return status;
}
