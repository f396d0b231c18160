#include "fleet/fleet_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* The place of `name`, or where it belongs when *found is false. */
static size_t entry_place(const struct kc_fleet_state *s, const char *name, bool *found)
{
    size_t low = 0, high = s->n_entries;

    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(s->entries[middle].name, name);

        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t worker_place(const struct kc_fleet_state *s, const char *id, bool *found)
{
    size_t at = 0;

    while (at < s->n_workers && strcmp(s->workers[at]->id, id) < 0)
        at++;
    *found = at < s->n_workers && strcmp(s->workers[at]->id, id) == 0;
    return at;
}

static void clear_entry(struct kc_fleet_entry *e)
{
    kc_connector_doc_unref(e->connector);
    kc_assignment_doc_unref(e->assignment);
    kc_status_doc_unref(e->status);
    free(e->name);
}

static void clear_workers(struct kc_fleet_state *s)
{
    for (size_t i = 0; i < s->n_workers; i++)
        kc_worker_doc_unref(s->workers[i]);
    s->n_workers = 0;
}

void kc_fleet_state_finish(struct kc_fleet_state *s)
{
    for (size_t i = 0; i < s->n_entries; i++)
        clear_entry(&s->entries[i]);
    clear_workers(s);
    free(s->entries);
    free(s->workers);
    kc_used_topics_finish(&s->topics);
    *s = (struct kc_fleet_state){0};
}

/* Room for one more in an array of `size`-byte elements. */
static bool make_room(void **array, size_t *cap, size_t n, size_t size)
{
    size_t wanted = *cap == 0 ? 16 : *cap * 2;
    void *bigger;

    if (n < *cap)
        return true;
    bigger = reallocarray(*array, wanted, size);
    if (bigger == NULL)
        return false;
    *array = bigger;
    *cap = wanted;
    return true;
}

/* The entry of that name, made when there is none. NULL: out of memory. */
static struct kc_fleet_entry *want_entry(struct kc_fleet_state *s, const char *name)
{
    bool found;
    size_t at = entry_place(s, name, &found);
    char *copy;

    if (found)
        return &s->entries[at];
    copy = strdup(name);
    if (copy == NULL ||
        !make_room((void **)&s->entries, &s->entries_cap, s->n_entries, sizeof(*s->entries))) {
        free(copy);
        return NULL;
    }
    memmove(&s->entries[at + 1], &s->entries[at], (s->n_entries - at) * sizeof(*s->entries));
    s->entries[at] = (struct kc_fleet_entry){.name = copy};
    s->n_entries++;
    return &s->entries[at];
}

/* Forgets an entry that holds nothing any more. */
static void drop_if_empty(struct kc_fleet_state *s, const char *name)
{
    bool found;
    size_t at = entry_place(s, name, &found);
    struct kc_fleet_entry *e;

    if (!found)
        return;
    e = &s->entries[at];
    if (e->connector != NULL || e->assignment != NULL || e->status != NULL)
        return;
    clear_entry(e);
    s->n_entries--;
    memmove(e, e + 1, (s->n_entries - at) * sizeof(*e));
}

kc_status kc_fleet_state_copy(const struct kc_fleet_state *s, struct kc_fleet_state *copy)
{
    copy->last_revision = s->last_revision;
    copy->next_request = s->next_request;
    copy->entries = calloc(s->n_entries + 1, sizeof(*copy->entries));
    copy->workers = calloc(s->n_workers + 1, sizeof(struct kc_worker_doc *));
    if (copy->entries == NULL || copy->workers == NULL)
        goto failed;
    copy->entries_cap = s->n_entries + 1;
    copy->workers_cap = s->n_workers + 1;
    for (size_t i = 0; i < s->n_entries; i++) {
        struct kc_fleet_entry *e = &copy->entries[i];

        e->name = strdup(s->entries[i].name);
        if (e->name == NULL)
            goto failed;
        e->connector = kc_connector_doc_ref(s->entries[i].connector);
        e->assignment = kc_assignment_doc_ref(s->entries[i].assignment);
        e->status = kc_status_doc_ref(s->entries[i].status);
        copy->n_entries++;
    }
    for (size_t i = 0; i < s->n_workers; i++)
        copy->workers[copy->n_workers++] = kc_worker_doc_ref(s->workers[i]);
    return KC_OK;

failed:
    kc_fleet_state_finish(copy);
    return KC_ERR_NOMEM;
}

static void note_revision(struct kc_fleet_state *s, int64_t revision)
{
    if (revision > s->last_revision)
        s->last_revision = revision;
}

static kc_status apply_connector(struct kc_fleet_state *s, const char *name, const char *value, size_t len,
                                 struct kc_error *err)
{
    struct kc_connector_doc *d = value != NULL ? kc_connector_doc_parse(name, value, len, err) : NULL;
    struct kc_fleet_entry *e;

    if (value != NULL && d == NULL)
        return err->status;
    e = want_entry(s, name);
    if (e == NULL) {
        kc_connector_doc_unref(d);
        return KC_ERR_NOMEM;
    }
    kc_connector_doc_unref(e->connector);
    e->connector = d;
    if (d != NULL)
        note_revision(s, d->revision);
    drop_if_empty(s, name);
    return KC_OK;
}

static kc_status apply_assignment(struct kc_fleet_state *s, const char *name, const char *value, size_t len,
                                  struct kc_error *err)
{
    struct kc_assignment_doc *d = value != NULL ? kc_assignment_doc_parse(value, len, err) : NULL;
    struct kc_fleet_entry *e;

    if (value != NULL && d == NULL)
        return err->status;
    e = want_entry(s, name);
    if (e == NULL) {
        kc_assignment_doc_unref(d);
        return KC_ERR_NOMEM;
    }
    kc_assignment_doc_unref(e->assignment);
    e->assignment = d;
    if (d != NULL)
        note_revision(s, d->revision);
    drop_if_empty(s, name);
    return KC_OK;
}

/* `rest` is "<name>/<task>"; only task 0 is kept, as connectors have one task. */
static kc_status apply_status(struct kc_fleet_state *s, const char *rest, const char *value, size_t len,
                              struct kc_error *err)
{
    const char *slash = strrchr(rest, '/');
    struct kc_status_doc *d = NULL;
    struct kc_fleet_entry *e;
    char name[256];

    if (slash == NULL || (size_t)(slash - rest) >= sizeof(name))
        return kc_fail(err, KC_ERR_CONFIG, "the key has not the form status/<connector>/<task>");
    if (strcmp(slash, "/0") != 0)
        return KC_OK;
    memcpy(name, rest, (size_t)(slash - rest));
    name[slash - rest] = '\0';
    if (value != NULL) {
        d = kc_status_doc_parse(value, len, err);
        if (d == NULL)
            return err->status;
    }
    e = want_entry(s, name);
    if (e == NULL) {
        kc_status_doc_unref(d);
        return KC_ERR_NOMEM;
    }
    kc_status_doc_unref(e->status);
    e->status = d;
    drop_if_empty(s, name);
    return KC_OK;
}

static kc_status apply_worker(struct kc_fleet_state *s, const char *id, const char *value, size_t len,
                              struct kc_error *err)
{
    struct kc_worker_doc *d = value != NULL ? kc_worker_doc_parse(id, value, len, err) : NULL;
    bool found;
    size_t at = worker_place(s, id, &found);

    if (value != NULL && d == NULL)
        return err->status;
    if (d == NULL && found) {
        kc_worker_doc_unref(s->workers[at]);
        s->n_workers--;
        memmove(&s->workers[at], &s->workers[at + 1], (s->n_workers - at) * sizeof(s->workers[0]));
    } else if (d != NULL && found) {
        kc_worker_doc_unref(s->workers[at]);
        s->workers[at] = d;
    } else if (d != NULL) {
        if (!make_room((void **)&s->workers, &s->workers_cap, s->n_workers, sizeof(s->workers[0]))) {
            kc_worker_doc_unref(d);
            return KC_ERR_NOMEM;
        }
        memmove(&s->workers[at + 1], &s->workers[at], (s->n_workers - at) * sizeof(s->workers[0]));
        s->workers[at] = d;
        s->n_workers++;
    }
    return KC_OK;
}

static kc_status apply_revision(struct kc_fleet_state *s, const char *rest, const char *value, size_t len,
                                struct kc_error *err)
{
    cJSON *json = value != NULL ? kc_json_parse(value, len, err) : NULL;

    (void)rest;
    if (value != NULL && json == NULL)
        return err->status;
    note_revision(s, kc_json_int(json, "last", 0));
    cJSON_Delete(json);
    return KC_OK;
}

static kc_status apply_position(struct kc_fleet_state *s, const char *rest, const char *value, size_t len,
                                struct kc_error *err)
{
    cJSON *json = value != NULL ? kc_json_parse(value, len, err) : NULL;

    (void)rest;
    if (value != NULL && json == NULL)
        return err->status;
    s->next_request = kc_json_int(json, "next", 0);
    cJSON_Delete(json);
    return KC_OK;
}

static kc_status apply_topic(struct kc_fleet_state *s, const char *rest, const char *value, size_t len,
                             struct kc_error *err)
{
    (void)len;
    (void)err;
    return kc_used_topics_apply(&s->topics, rest, value != NULL) ? KC_OK : KC_ERR_NOMEM;
}

kc_status kc_fleet_state_apply(struct kc_fleet_state *s, const char *key, const char *value, size_t len,
                               struct kc_error *err)
{
    static const struct {
        const char *prefix;
        kc_status (*apply)(struct kc_fleet_state *, const char *, const char *, size_t, struct kc_error *);
    } kinds[] = {
        {"connector/", apply_connector},     {"assignment/", apply_assignment}, {"status/", apply_status},
        {"worker/", apply_worker},           {"revision", apply_revision},      {"position", apply_position},
        {KC_USED_TOPIC_PREFIX, apply_topic},
    };
    struct kc_error local = KC_ERROR_INIT;

    if (err == NULL)
        err = &local;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t n = strlen(kinds[i].prefix);
        kc_status status;

        if (strncmp(key, kinds[i].prefix, n) != 0)
            continue;
        status = kinds[i].apply(s, key + n, value, len, err);
        if (status == KC_ERR_NOMEM)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory while reading record %s", key);
        return status < 0 ? kc_wrap(err, "record %s is not what it should be", key) : KC_OK;
    }
    return KC_OK;
}

const struct kc_fleet_entry *kc_fleet_state_find(const struct kc_fleet_state *s, const char *name)
{
    bool found;
    size_t at = entry_place(s, name, &found);

    return found ? &s->entries[at] : NULL;
}

const struct kc_worker_doc *kc_fleet_state_worker(const struct kc_fleet_state *s, const char *id)
{
    bool found;
    size_t at = worker_place(s, id, &found);

    return found ? s->workers[at] : NULL;
}

kc_status kc_fleet_state_take_statuses(struct kc_fleet_state *s, const struct kc_fleet_state *from)
{
    for (size_t i = 0; i < s->n_entries; i++) {
        const struct kc_fleet_entry *other = kc_fleet_state_find(from, s->entries[i].name);

        kc_status_doc_unref(s->entries[i].status);
        s->entries[i].status = other != NULL ? kc_status_doc_ref(other->status) : NULL;
    }
    clear_workers(s);
    for (size_t i = 0; i < from->n_workers; i++) {
        if (!make_room((void **)&s->workers, &s->workers_cap, s->n_workers, sizeof(s->workers[0])))
            return KC_ERR_NOMEM;
        s->workers[s->n_workers++] = kc_worker_doc_ref(from->workers[i]);
    }
    return KC_OK;
}

const struct kc_status_doc *kc_fleet_entry_status(const struct kc_fleet_state *s,
                                                  const struct kc_fleet_entry *e)
{
    const struct kc_worker_doc *worker;

    if (e->assignment == NULL || e->status == NULL || e->status->assignment != e->assignment->revision ||
        strcmp(e->status->instance, e->assignment->instance) != 0)
        return NULL;
    /* A newer process at the same address has not started this task yet: what the old one said is history. */
    worker = kc_fleet_state_worker(s, e->assignment->worker);
    if (worker != NULL && strcmp(worker->instance, e->assignment->instance) != 0)
        return NULL;
    return e->status;
}
