#include "fleet/assign.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/leader_apply.h"

static bool should_run(const struct kc_fleet_entry *e)
{
    return e->connector != NULL && e->connector->target != KC_TARGET_STOPPED;
}

static bool is_there(const struct kc_placement_task *task, const struct kc_placement_worker *worker)
{
    return task->worker != NULL && strcmp(task->worker, worker->id) == 0 &&
           strcmp(task->instance, worker->instance) == 0;
}

static kc_status write_assignment(struct kc_fleet_records *records, const char *connector,
                                  const struct kc_placement_worker *worker, int64_t revision)
{
    struct kc_assignment_doc *doc = kc_assignment_doc_make(worker->id, worker->instance, revision);
    struct kc_buf text = {0};
    kc_status status = KC_ERR_NOMEM;

    if (doc != NULL) {
        kc_assignment_doc_print(doc, &text);
        status = kc_fleet_records_add(records, "assignment/", connector, &text, KC_NO_CAUSE);
    }
    kc_assignment_doc_unref(doc);
    return status;
}

/* Takes away the assignments of what is stopped or gone. */
static kc_status withdraw(const struct kc_fleet_state *state, struct kc_fleet_records *records)
{
    for (size_t i = 0; i < state->n_entries; i++) {
        const struct kc_fleet_entry *e = &state->entries[i];

        if (e->assignment == NULL || should_run(e))
            continue;
        if (kc_fleet_records_add(records, "assignment/", e->name, NULL, KC_NO_CAUSE) < 0)
            return KC_ERR_NOMEM;
    }
    return KC_OK;
}

static size_t list_tasks(const struct kc_fleet_state *state, struct kc_placement_task *tasks)
{
    size_t n = 0;

    for (size_t i = 0; i < state->n_entries; i++) {
        const struct kc_fleet_entry *e = &state->entries[i];

        if (!should_run(e))
            continue;
        tasks[n].connector = e->name;
        tasks[n].worker = e->assignment != NULL ? e->assignment->worker : NULL;
        tasks[n].instance = e->assignment != NULL ? e->assignment->instance : NULL;
        n++;
    }
    return n;
}

kc_status kc_assign(struct kc_fleet_state *state, const struct kc_placement_worker *workers, size_t n_workers,
                    struct kc_fleet_records *records)
{
    struct kc_placement_task *tasks = calloc(state->n_entries + 1, sizeof(*tasks));
    int64_t revision = state->last_revision;
    size_t before = records->n, n_tasks;
    kc_status status = KC_ERR_NOMEM;

    if (tasks == NULL)
        return KC_ERR_NOMEM;
    n_tasks = list_tasks(state, tasks);
    status = withdraw(state, records);
    if (status >= 0 && n_workers > 0)
        status = kc_placement_compute(workers, n_workers, tasks, n_tasks);
    for (size_t i = 0; n_workers > 0 && status >= 0 && i < n_tasks; i++)
        if (!is_there(&tasks[i], &workers[tasks[i].place]))
            status = write_assignment(records, tasks[i].connector, &workers[tasks[i].place], ++revision);
    if (status >= 0)
        status = kc_leader_take(state, records, before);
    free(tasks);
    return status;
}

kc_status kc_assign_note_revision(const struct kc_fleet_state *state, int64_t before,
                                  struct kc_fleet_records *records)
{
    struct kc_buf text = {0};

    if (state->last_revision == before)
        return KC_OK;
    kc_buf_printf(&text, "{\"last\":%" PRId64 "}", state->last_revision);
    return kc_fleet_records_add(records, "revision", "", &text, KC_NO_CAUSE);
}
