#include "fleet/leader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fleet/assign.h"
#include "fleet/leader_apply.h"

enum { MAX_BATCH = 200, CALL_TIMEOUT_MS = 1000, MAILBOX_PARTITION = 0 };

static const char component[] = "worker/fleet";

/* One request of a batch and what became of it. */
struct decided {
    struct kc_request request;
    int64_t offset;
    bool readable; /* false: somebody else's text, skipped */
    bool too_large;
    enum kc_change_outcome outcome;
    struct kc_error why;
};

struct kc_leader {
    const struct kc_worker_config *config;
    struct kc_follower *follower;
    struct kc_status_report *status_report;
    struct kc_noise *noise;
    kc_leader_alive_fn *alive;
    void *arg;
    struct kc_leader_txn *txn;
    bool active;
    struct kc_fleet_state state; /* as everybody will see it once our last transaction is read */
    rd_kafka_topic_t *mailbox;
    rd_kafka_queue_t *queue;
    struct kc_placement_worker *workers; /* owns the texts */
    size_t n_workers;
    int64_t
        refused_offset; /* a request that proved too large and is answered so when it is read again; -1: none */
};

struct kc_leader *kc_leader_create(const struct kc_worker_config *config, struct kc_follower *follower,
                                   struct kc_status_report *status_report, struct kc_noise *noise,
                                   kc_leader_alive_fn *alive, void *arg)
{
    struct kc_leader *l = calloc(1, sizeof(*l));

    if (l == NULL)
        return NULL;
    l->config = config;
    l->follower = follower;
    l->status_report = status_report;
    l->noise = noise;
    l->alive = alive;
    l->arg = arg;
    l->refused_offset = -1;
    return l;
}

static void clear_workers(struct kc_leader *l)
{
    for (size_t i = 0; i < l->n_workers; i++) {
        free((char *)l->workers[i].id);
        free((char *)l->workers[i].instance);
    }
    free(l->workers);
    l->workers = NULL;
    l->n_workers = 0;
}

void kc_leader_destroy(struct kc_leader *l)
{
    if (l == NULL)
        return;
    kc_leader_stand_down(l);
    free(l);
}

bool kc_leader_active(const struct kc_leader *l)
{
    return l->active;
}

void kc_leader_stand_down(struct kc_leader *l)
{
    if (l->active)
        kc_log(KC_INFO, component, "this worker leads group %s no longer", l->config->group_id);
    l->active = false;
    if (l->mailbox != NULL) {
        (void)rd_kafka_consume_stop(l->mailbox, MAILBOX_PARTITION);
        rd_kafka_topic_destroy(l->mailbox);
        l->mailbox = NULL;
    }
    if (l->queue != NULL)
        rd_kafka_queue_destroy(l->queue);
    l->queue = NULL;
    kc_leader_txn_destroy(l->txn);
    l->txn = NULL;
    kc_fleet_state_finish(&l->state);
    clear_workers(l);
}

static kc_status start_reading(struct kc_leader *l, int64_t offset, struct kc_error *err)
{
    rd_kafka_t *client = kc_follower_client(l->follower);

    l->queue = rd_kafka_queue_new(client);
    l->mailbox = rd_kafka_topic_new(client, l->config->request_storage_topic, NULL);
    if (l->mailbox == NULL ||
        rd_kafka_consume_start_queue(l->mailbox, MAILBOX_PARTITION, offset, l->queue) != 0)
        return kc_fail(err, KC_ERR_RETRY, "cannot read the mailbox %s: %s", l->config->request_storage_topic,
                       rd_kafka_err2str(rd_kafka_last_error()));
    return KC_OK;
}

kc_status kc_leader_take_over(struct kc_leader *l, struct kc_error *err)
{
    kc_status status;

    if (l->txn == NULL)
        l->txn = kc_leader_txn_create(l->config, l->noise, l->alive, l->arg, err);
    if (l->txn == NULL)
        return err->status;
    /* The order matters: fence the predecessor, then look at what it has left. */
    status = kc_leader_txn_init(l->txn, err);
    if (status == KC_ERR_RETRY)
        return status; /* goes on with the same producer */
    if (status >= 0)
        status = kc_follower_copy_at_end(l->follower, CALL_TIMEOUT_MS, &l->state, err);
    if (status >= 0)
        status = start_reading(l, l->state.next_request, err);
    if (status < 0) {
        kc_leader_stand_down(l);
        return status;
    }
    l->active = true;
    kc_log(KC_INFO, component, "this worker leads group %s", l->config->group_id);
    return KC_OK;
}

/* Deleted connectors leave no status behind. */
static void forget_statuses(struct kc_leader *l, const struct kc_fleet_records *records)
{
    static const char prefix[] = "connector/";

    for (size_t i = 0; i < records->n; i++) {
        const struct kc_fleet_record *r = &records->items[i];
        char key[300];

        if (r->value != NULL || strncmp(r->key, prefix, sizeof(prefix) - 1) != 0)
            continue;
        (void)snprintf(key, sizeof(key), "status/%s/0", r->key + sizeof(prefix) - 1);
        kc_status_report_set(l->status_report, key, NULL);
    }
}

static kc_status add_replies(struct kc_fleet_records *records, struct decided *batch, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct kc_buf text = {0};
        char name[512];

        if (!batch[i].readable)
            continue;
        kc_reply_print(batch[i].request.id, batch[i].outcome, batch[i].why.message, &text);
        (void)snprintf(name, sizeof(name), "%s/%" PRId32, batch[i].request.worker, batch[i].request.slot);
        if (kc_fleet_records_add(records, "reply/", name, &text, i) < 0)
            return KC_ERR_NOMEM;
    }
    return KC_OK;
}

/*
 * The position goes into the config topic beside the group's offset: a broker that dies in the middle of a transaction
 * can leave the group's offset unreadable for ever (a hanging transaction in __consumer_offsets).
 */
static kc_status add_position(struct kc_fleet_state *work, struct kc_fleet_records *records,
                              int64_t next_request)
{
    struct kc_buf text = {0};

    work->next_request = next_request;
    kc_buf_printf(&text, "{\"next\":%" PRId64 "}", next_request);
    return kc_fleet_records_add(records, "position", "", &text, KC_NO_CAUSE);
}

/* Works out on `work` what the batch does: changes first, then who runs what, then the replies. */
static kc_status decide(struct kc_leader *l, struct decided *batch, size_t n, int64_t next_request,
                        struct kc_fleet_state *work, struct kc_fleet_records *records)
{
    int64_t now_ms = kc_now_ms();
    kc_status status = KC_OK;

    for (size_t i = 0; status >= 0 && i < n; i++) {
        batch[i].why = (struct kc_error)KC_ERROR_INIT;
        if (batch[i].too_large) {
            batch[i].outcome = KC_CHANGE_TOO_LARGE;
            (void)kc_fail(&batch[i].why, KC_ERR_CONFIG,
                          "the connector's configuration is larger than topic %s takes (max.message.bytes)",
                          l->config->config_storage_topic);
        } else if (batch[i].readable)
            status = kc_leader_apply(work, &batch[i].request, l->config->group_id, now_ms, i, records,
                                     &batch[i].outcome, &batch[i].why);
    }
    if (status >= 0)
        status = kc_assign(work, l->workers, l->n_workers, records);
    if (status >= 0)
        status = kc_assign_note_revision(work, l->state.last_revision, records);
    if (status >= 0 && next_request >= 0)
        status = add_position(work, records, next_request);
    return status < 0 ? status : add_replies(records, batch, n);
}

/*
 * Decides, writes and makes the result the leader's state. `next_request` negative: nothing was read from the mailbox.
 * KC_ERR_RECORD: batch[*cause] is too large.
 */
static kc_status transact(struct kc_leader *l, rd_kafka_t *member, struct decided *batch, size_t n,
                          int64_t next_request, size_t *cause, struct kc_error *err)
{
    struct kc_fleet_state work = {0};
    struct kc_fleet_records records = {0};
    kc_status status = kc_follower_take_statuses(l->follower, &l->state);

    if (status >= 0)
        status = kc_fleet_state_copy(&l->state, &work);
    if (status >= 0)
        status = decide(l, batch, n, next_request, &work, &records);
    if (status < 0)
        status = kc_fail(err, status, "out of memory");
    else if (records.n > 0 || next_request >= 0)
        status = kc_leader_txn_write(l->txn, &records, member, next_request, cause, err);
    if (status >= 0) {
        kc_fleet_state_finish(&l->state);
        l->state = work;
        work = (struct kc_fleet_state){0};
        forget_statuses(l, &records);
    }
    kc_fleet_state_finish(&work);
    kc_fleet_records_finish(&records);
    return status;
}

static void log_outcomes(const struct decided *batch, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (batch[i].readable)
            kc_log_for(KC_DEBUG, component, batch[i].request.change.name, "request %s of %s: %s",
                       batch[i].request.id, batch[i].request.worker, kc_outcome_name(batch[i].outcome));
}

static void read_request(struct decided *d, const rd_kafka_message_t *m)
{
    struct kc_error err = KC_ERROR_INIT;

    *d = (struct decided){.offset = m->offset, .why = KC_ERROR_INIT};
    if (m->payload != NULL && kc_request_parse(m->payload, m->len, &d->request, &err) >= 0)
        d->readable = true;
    else
        kc_log(KC_WARN, component, "topic %s, offset %lld: %s; it is ignored", rd_kafka_topic_name(m->rkt),
               (long long)m->offset, m->payload != NULL ? err.message : "there is no value");
}

/* Takes what is in the mailbox now, one by one on the way to a refused request; the number of requests. */
static size_t read_batch(struct kc_leader *l, int wait_ms, struct decided *batch, int64_t *next_request)
{
    size_t n = 0, limit = l->refused_offset < 0 ? MAX_BATCH : 1;
    rd_kafka_message_t *m = rd_kafka_consume_queue(l->queue, wait_ms);

    while (m != NULL) {
        if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            read_request(&batch[n], m);
            batch[n].too_large = batch[n].readable && m->offset == l->refused_offset;
            n++;
            *next_request = m->offset + 1;
        } else if (m->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            kc_noise_tell(l->noise, "reading requests", m->err, rd_kafka_message_errstr(m));
        }
        rd_kafka_message_destroy(m);
        m = n < limit ? rd_kafka_consume_queue(l->queue, 0) : NULL;
    }
    return n;
}

kc_status kc_leader_serve(struct kc_leader *l, rd_kafka_t *member, int wait_ms, struct kc_error *err)
{
    struct decided *batch = malloc(MAX_BATCH * sizeof(*batch));
    int64_t next_request = -1;
    kc_status status = KC_OK;
    size_t n, cause = 0;

    if (batch == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    n = read_batch(l, wait_ms, batch, &next_request);
    if (n > 0)
        status = transact(l, member, batch, n, next_request, &cause, err);
    if (status == KC_ERR_RECORD && cause < n) {
        l->refused_offset = batch[cause].offset;
        kc_log_for(KC_WARN, component, batch[cause].request.change.name,
                   "a change is refused: the record is larger than topic %s takes",
                   l->config->config_storage_topic);
    } else if (status >= 0 && next_request > l->refused_offset) {
        l->refused_offset = -1;
    }
    if (status >= 0)
        log_outcomes(batch, n);
    for (size_t i = 0; i < n; i++)
        kc_request_finish(&batch[i].request);
    free(batch);
    if (status < 0)
        kc_leader_stand_down(l);
    return status;
}

static const struct kc_worker_doc *worker_of(const struct kc_fleet_state *state, const char *client)
{
    for (size_t i = 0; i < state->n_workers; i++)
        if (strcmp(state->workers[i]->client, client) == 0)
            return state->workers[i];
    return NULL;
}

/*
 * True when the workers behind the members are those of before; puts them in place otherwise. *unknown counts members
 * whose worker cannot be told.
 */
static bool same_workers(struct kc_leader *l, const char *const *clients, size_t n, size_t *unknown)
{
    struct kc_placement_worker *found = calloc(n + 1, sizeof(*found));
    size_t n_found = 0, known = 0;

    for (size_t i = 0; found != NULL && i < n; i++) {
        const struct kc_worker_doc *doc = worker_of(&l->state, clients[i]);

        if (doc == NULL) {
            (*unknown)++; /* its record has not been read yet, or a newer process has its address */
            continue;
        }
        found[n_found].id = strdup(doc->id);
        found[n_found].instance = strdup(doc->instance);
        for (size_t j = 0; j < l->n_workers; j++)
            known += strcmp(l->workers[j].instance, doc->instance) == 0;
        n_found++;
    }
    if (found == NULL || (known == n_found && n_found == l->n_workers)) {
        for (size_t i = 0; i < n_found; i++) {
            free((char *)found[i].id);
            free((char *)found[i].instance);
        }
        free(found);
        return true;
    }
    clear_workers(l);
    l->workers = found;
    l->n_workers = n_found;
    return false;
}

kc_status kc_leader_set_members(struct kc_leader *l, rd_kafka_t *member, const char *const *clients, size_t n,
                                struct kc_error *err)
{
    kc_status status = kc_follower_take_statuses(l->follower, &l->state);
    size_t cause, unknown = 0;

    if (status < 0)
        return kc_fail(err, status, "out of memory");
    if (same_workers(l, clients, n, &unknown))
        return unknown > 0 ? KC_NOTHING : KC_OK;
    kc_log(KC_INFO, component, "group %s has %zu worker%s now", l->config->group_id, l->n_workers,
           l->n_workers == 1 ? "" : "s");
    status = transact(l, member, NULL, 0, -1, &cause, err);
    if (status < 0)
        kc_leader_stand_down(l);
    return status < 0 || unknown == 0 ? status : KC_NOTHING;
}
