/*
 * fleet.h - the fleet of workers as seen from one of them: what connectors exist, what they should do, who runs
 * them and how they are; and how to change that. Kafka is the only engine (worker/README.md, "Fleet").
 *
 * Threads: the fleet owns a follower thread (reads configs and status, builds views) and a member thread (group
 * membership, and the leader's work while it is leader). Everything below may be called from any thread.
 */
#ifndef KC_FLEET_FLEET_H
#define KC_FLEET_FLEET_H

#include "base/state.h"
#include "config/worker_config.h"

struct kc_fleet;

/* The one task of a connector, as its worker last reported it. Times are Unix ms. */
struct kc_task_view {
    enum kc_state state;
    const char *worker_id;   /* who reported, or is to run it; "" when nobody */
    const char *version;     /* of the connector plugin, or NULL */
    const char *trace;       /* NULL: none */
    int32_t attempt;         /* RESTARTING: how many failures in a row; else 0 */
    int64_t next_attempt_ms; /* RESTARTING: when it is tried again; else 0 */
    const char *
        progress; /* JSON object such as {"phase":"snapshot","item":"orders","done":5000,"total":20000}, or NULL */
};

struct kc_connector_view {
    const char *name;
    const char *type;              /* "source" or "sink" */
    const struct kc_props *config; /* as stored: secrets in clear, "name" included; mask before showing */
    enum kc_target target;
    int64_t revision;   /* of the record in the config topic: grows with every change of this connector */
    int64_t generation; /* changes when running tasks must be started anew (config change, restart) */
    const char *assigned_worker; /* "" when no worker has it */
    int64_t assignment;          /* revision of the assignment */
    enum kc_state state;         /* of the connector: from target and task */
    bool has_task;               /* false: STOPPED, or not yet assigned */
    struct kc_task_view task;
};

/* An immutable picture of the fleet; valid until given back. Connectors are sorted by name. */
struct kc_fleet_view {
    const struct kc_connector_view *connectors;
    size_t n_connectors;
    const char *self; /* this worker's id: "host:port" of its first listener */
    bool caught_up;   /* the topics have been read to the end they had when the worker started */
    bool member;      /* this worker is in the group now; false: it must not run tasks */
    bool has_leader;  /* somebody owns the mailbox as far as this worker knows */
    const char *cluster_id;
};

/*
 * Creates and verifies the internal topics (waits, logging, for a broker that is not there yet), starts both threads
 * and returns at once; `changed` is called on the follower thread after each new view and must only wake somebody.
 * `worker_id` is copied. NULL: *err.
 */
struct kc_fleet *kc_fleet_start(const struct kc_worker_config *config, const char *worker_id,
                                void (*changed)(void *arg), void *arg, struct kc_error *err);
/* Answers who waits in kc_fleet_change(), and lets nobody wait there any more. kc_fleet_stop() does it, too. */
void kc_fleet_close(struct kc_fleet *f);
/*
 * Leaves the group (others notice at once), flushes statuses, joins the threads. Bounded: 4 s. False: librdkafka did not
 * let a thread go; it still uses the fleet and all it was given, so none of that may be freed. NULL is ignored.
 */
bool kc_fleet_stop(struct kc_fleet *f);

/* The newest view, one reference; never NULL (empty at first). */
const struct kc_fleet_view *kc_fleet_view_get(struct kc_fleet *f);
void kc_fleet_view_put(const struct kc_fleet_view *v);
const struct kc_connector_view *kc_fleet_find(const struct kc_fleet_view *v,
                                              const char *name); /* NULL: none */

/* True while this worker is the leader, as far as it knows: a deposed one learns of it within the session's timeout. */
bool kc_fleet_leads(const struct kc_fleet *f);

/* An internal error that will not mend itself (a topic with the wrong cleanup.policy ...): a copy, free() it; NULL: none. */
char *kc_fleet_trouble(struct kc_fleet *f);

enum kc_change_kind {
    KC_CHANGE_CREATE, /* name, type, config, target; refused when the name exists */
    KC_CHANGE_CONFIG, /* name, config: replaces it, or creates (type, target RUNNING); a new generation if it differs */
    KC_CHANGE_TARGET, /* name, target */
    KC_CHANGE_DEPLOY, /* name: STOPPED or PAUSED -> RUNNING; RUNNING and its task FAILED -> new generation; else nothing */
    KC_CHANGE_RESTART, /* name: new generation */
    KC_CHANGE_DELETE,  /* name */
};

struct kc_change {
    enum kc_change_kind kind;
    const char *name;
    const char *type;              /* CREATE, CONFIG */
    const struct kc_props *config; /* CREATE, CONFIG */
    enum kc_target target;         /* CREATE, TARGET */
    int64_t
        expected_revision; /* 0: any; else refused as KC_CHANGE_CONFLICT when the connector has moved on */
    bool only_if_failed;   /* RESTART */
};

enum kc_change_outcome {
    KC_CHANGE_APPLIED,   /* the view of this worker already shows it */
    KC_CHANGE_UNCHANGED, /* was so already (DEPLOY of a running one, CONFIG with the same content) */
    KC_CHANGE_CREATED,   /* CREATE, or CONFIG of a name that did not exist */
    KC_CHANGE_EXISTS,    /* CREATE: the name is taken */
    KC_CHANGE_UNKNOWN,   /* no such connector */
    KC_CHANGE_CONFLICT,  /* expected_revision did not match */
    KC_CHANGE_REFUSED,   /* *err says why: e.g. connect-<name> equals the worker's group.id */
    KC_CHANGE_TIMEOUT, /* no leader answered in time: it may have been applied, or may yet be until its deadline */
    KC_CHANGE_TOO_LARGE, /* the broker would not take the record */
};

/*
 * Sends the change through the mailbox and waits for the leader's reply, at most request_timeout_ms of the
 * configuration. Takes effect exactly once or not at all. When it returns APPLIED, UNCHANGED or CREATED, this
 * worker's view has it. *err is filled for REFUSED, TIMEOUT and TOO_LARGE.
 */
enum kc_change_outcome kc_fleet_change(struct kc_fleet *f, const struct kc_change *change,
                                       struct kc_error *err);

/*
 * Publishes the state of a task that this worker runs, in the status topic under the assignment's revision.
 * Nothing is sent when it equals what was sent last. Copies everything.
 */
void kc_fleet_report(struct kc_fleet *f, const char *connector, int64_t assignment,
                     const struct kc_task_view *status);

/* A task that this worker runs has used a topic. Written down once, and again after a reset. */
void kc_fleet_topic_used(struct kc_fleet *f, const char *connector, int64_t assignment, const char *topic);
/* The topics that a connector has used since it was created or reset, sorted; kc_fleet_topics_free(). NULL: out of memory. */
char **kc_fleet_topics(struct kc_fleet *f, const char *connector, size_t *n);
void kc_fleet_topics_free(char **topics, size_t n);
/* Forgets them, for all workers, a moment later. False: out of memory. */
bool kc_fleet_topics_reset(struct kc_fleet *f, const char *connector);

/* Has every worker that runs now give this logger a level, a moment later. */
void kc_fleet_logger(struct kc_fleet *f, const char *name, enum kc_log_level level);

#endif
