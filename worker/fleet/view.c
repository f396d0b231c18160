#include "fleet/view.h"

#include <stdlib.h>
#include <string.h>

/* What a view's connectors point into. */
struct shared {
    struct kc_connector_doc *connector;
    struct kc_assignment_doc *assignment;
    struct kc_status_doc *status;
};

struct picture {
    struct kc_fleet_view view; /* first, so that one pointer serves for both */
    atomic_int references;
    struct kc_connector_view *connectors;
    struct shared *shared;
    char *self;
    char *cluster_id;
};

static void destroy(struct picture *p)
{
    for (size_t i = 0; p->shared != NULL && i < p->view.n_connectors; i++) {
        kc_connector_doc_unref(p->shared[i].connector);
        kc_assignment_doc_unref(p->shared[i].assignment);
        kc_status_doc_unref(p->shared[i].status);
    }
    free(p->connectors);
    free(p->shared);
    free(p->self);
    free(p->cluster_id);
    free(p);
}

/*
 * As in Kafka Connect a connector's own state does not follow its task's: it is what was asked for as soon as a
 * worker has it.
 */
static enum kc_state connector_state(enum kc_target target, bool assigned)
{
    if (target == KC_TARGET_STOPPED)
        return KC_STATE_STOPPED;
    if (!assigned)
        return KC_STATE_UNASSIGNED;
    return target == KC_TARGET_PAUSED ? KC_STATE_PAUSED : KC_STATE_RUNNING;
}

static void show(struct picture *p, const struct kc_fleet_state *s, const struct kc_fleet_entry *e,
                 const struct kc_view_facts *facts)
{
    struct kc_connector_view *c = &p->connectors[p->view.n_connectors];
    struct shared *shared = &p->shared[p->view.n_connectors++];
    const struct kc_status_doc *status = kc_fleet_entry_status(s, e);
    bool assigned = e->assignment != NULL && e->connector->target != KC_TARGET_STOPPED;

    /* Given to an earlier process at this address: nobody has it until the leader has noticed. */
    if (assigned && strcmp(e->assignment->worker, facts->self) == 0 &&
        strcmp(e->assignment->instance, facts->instance) != 0)
        assigned = false;
    shared->connector = kc_connector_doc_ref(e->connector);
    c->name = e->connector->name;
    c->type = e->connector->type;
    c->config = e->connector->config;
    c->target = e->connector->target;
    c->revision = e->connector->revision;
    c->generation = e->connector->generation;
    c->state = connector_state(c->target, assigned);
    c->assigned_worker = "";
    c->task.worker_id = "";
    c->task.state = KC_STATE_UNASSIGNED;
    if (!assigned)
        return;
    shared->assignment = kc_assignment_doc_ref(e->assignment);
    c->assigned_worker = e->assignment->worker;
    c->assignment = e->assignment->revision;
    c->has_task = true;
    c->task.worker_id = e->assignment->worker;
    if (status != NULL) {
        shared->status = kc_status_doc_ref(e->status);
        c->task = status->view;
    }
}

const struct kc_fleet_view *kc_view_build(const struct kc_fleet_state *s, const struct kc_view_facts *facts)
{
    struct picture *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return NULL;
    atomic_init(&p->references, 1);
    p->connectors = calloc(s->n_entries + 1, sizeof(*p->connectors));
    p->shared = calloc(s->n_entries + 1, sizeof(*p->shared));
    p->self = strdup(facts->self);
    p->cluster_id = strdup(facts->cluster_id != NULL ? facts->cluster_id : "");
    if (p->connectors == NULL || p->shared == NULL || p->self == NULL || p->cluster_id == NULL) {
        destroy(p);
        return NULL;
    }
    for (size_t i = 0; i < s->n_entries; i++)
        if (s->entries[i].connector != NULL)
            show(p, s, &s->entries[i], facts);
    p->view.connectors = p->connectors;
    p->view.self = p->self;
    p->view.cluster_id = p->cluster_id;
    p->view.caught_up = facts->caught_up;
    p->view.member = facts->member;
    p->view.has_leader = facts->has_leader;
    return &p->view;
}

const struct kc_fleet_view *kc_view_ref(const struct kc_fleet_view *v)
{
    struct picture *p = (struct picture *)v;

    atomic_fetch_add_explicit(&p->references, 1, memory_order_relaxed);
    return v;
}

void kc_fleet_view_put(const struct kc_fleet_view *v)
{
    struct picture *p = (struct picture *)v;

    if (v != NULL && atomic_fetch_sub_explicit(&p->references, 1, memory_order_acq_rel) == 1)
        destroy(p);
}

const struct kc_connector_view *kc_fleet_find(const struct kc_fleet_view *v, const char *name)
{
    size_t low = 0, high = v->n_connectors;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(v->connectors[middle].name, name);

        if (order == 0)
            return &v->connectors[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
