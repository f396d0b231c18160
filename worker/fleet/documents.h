/*
 * documents.h - what stands in the two topics of the fleet, and in memory. Compacted, JSON, UTF-8; no value: deleted.
 *
 * config.storage.topic, one partition, written by the leader alone, in transactions
 *   connector/<name>     {"type":s,"target":s,"revision":n,"generation":n,"config":{s:s}}
 *   assignment/<name>    {"worker":s,"instance":s,"revision":n}
 *   revision             {"last":n}   the highest revision ever given, so that none comes twice
 *   position             {"next":n}   the first request in the mailbox that is not answered yet
 *   reply/<worker>/<n>   {"id":s,"outcome":s,"message":s}   n: number of the request modulo 256
 *
 * status.storage.topic, written by every worker
 *   status/<name>/<task> {"assignment":n,"instance":s,"worker":s,"state":s,"version":s,"trace":s,"attempt":n,
 *                         "next_attempt_ms":n,"progress":s}   what is not known is left out
 *   topic/<name>/<topic> and logger/<name>   used_topics.h, logger_record.h
 *   worker/<id>          {"instance":s,"client":s,"version":s,"started_ms":n}
 *
 * An "instance" is made anew by each start of a worker: after a restart under the same address nothing that the
 * process before said or was given counts any more.
 *
 * Documents are immutable and counted, so that the follower's state, the leader's state and all views share them.
 * Parsing fails with KC_ERR_CONFIG: somebody else has written into the topic.
 */
#ifndef KC_FLEET_DOCUMENTS_H
#define KC_FLEET_DOCUMENTS_H

#include <stdatomic.h>

#include "base/buf.h"
#include "fleet/fleet.h"

struct kc_connector_doc {
    atomic_int references;
    char *name;
    char *type;
    struct kc_props *config;
    enum kc_target target;
    int64_t revision;
    int64_t generation;
};

struct kc_assignment_doc {
    atomic_int references;
    char *worker;
    char *instance;
    int64_t revision;
};

struct kc_status_doc {
    atomic_int references;
    int64_t assignment;
    char *instance;
    struct kc_task_view view; /* owns its texts */
};

struct kc_worker_doc {
    atomic_int references;
    char *id;
    char *instance;
    char *client; /* client.id of its member in the group */
};

/* Makes a document with one reference; `config` becomes the document's, also on failure. NULL: out of memory. */
struct kc_connector_doc *kc_connector_doc_make(const char *name, const char *type, struct kc_props *config,
                                               enum kc_target target, int64_t revision, int64_t generation);
struct kc_connector_doc *kc_connector_doc_parse(const char *name, const char *text, size_t len,
                                                struct kc_error *err);
void kc_connector_doc_print(const struct kc_connector_doc *d, struct kc_buf *out);
struct kc_connector_doc *kc_connector_doc_ref(
    struct kc_connector_doc *d); /* NULL stays NULL, here and below */
void kc_connector_doc_unref(struct kc_connector_doc *d);

struct kc_assignment_doc *kc_assignment_doc_make(const char *worker, const char *instance, int64_t revision);
struct kc_assignment_doc *kc_assignment_doc_parse(const char *text, size_t len, struct kc_error *err);
void kc_assignment_doc_print(const struct kc_assignment_doc *d, struct kc_buf *out);
struct kc_assignment_doc *kc_assignment_doc_ref(struct kc_assignment_doc *d);
void kc_assignment_doc_unref(struct kc_assignment_doc *d);

struct kc_status_doc *kc_status_doc_parse(const char *text, size_t len, struct kc_error *err);
/* The text of a status; a trace is cut to 16 KiB. */
void kc_status_doc_print(const struct kc_task_view *view, int64_t assignment, const char *instance,
                         struct kc_buf *out);
struct kc_status_doc *kc_status_doc_ref(struct kc_status_doc *d);
void kc_status_doc_unref(struct kc_status_doc *d);

struct kc_worker_doc *kc_worker_doc_parse(const char *id, const char *text, size_t len, struct kc_error *err);
void kc_worker_doc_print(const char *instance, const char *client, int64_t started_ms, struct kc_buf *out);
struct kc_worker_doc *kc_worker_doc_ref(struct kc_worker_doc *d);
void kc_worker_doc_unref(struct kc_worker_doc *d);

/* Appends ,"<name>":"<text>" to a JSON object; nothing when `text` is NULL. */
void kc_fleet_json_member(struct kc_buf *out, const char *name, const char *text);
/* Appends {"key":"value",...}. */
void kc_fleet_json_props(struct kc_buf *out, const struct kc_props *p);

#endif
