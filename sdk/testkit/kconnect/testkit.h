/*
 * testkit.h - runs a plugin without Kafka: a host whose offsets, state, topics, schemas, metrics and logs are
 * in memory.
 *
 * For the unit tests of a plugin's author, linked with -lkconnect-testkit (pkg-config kconnect-testkit);
 * kc-plugin-check is built of nothing else. One kit stands for one task: everything below is called on one
 * thread, the plugin's helper threads may use the calls of the host table that are marked [any].
 *
 * The kit is strict where the worker is merely fast. What the plugin is lent is read-only while it is lent,
 * and gone once the call (or the batch) has ended: overwritten with 0xDD, or, with KC_KIT_LOCK, no longer
 * readable at all. A rule that the plugin broke without dying of it is a fault: kc_kit_fault() tells them, a
 * good test ends with "there is none".
 */
#ifndef KC_TESTKIT_H
#define KC_TESTKIT_H

#include <kconnect/plugin.h>

KC_BEGIN_DECLS

struct kc_kit;

enum {
    KC_KIT_LOCK = 1 << 0, /* memory that is gone can't be read: a plugin that does ends with SIGSEGV there */
};

/* A kit without offsets or state. NULL: out of memory. Free with kc_kit_destroy(), after its instances
 * were closed. */
struct kc_kit *kc_kit_create(uint32_t flags);
/* Frees the kit with all that it ever handed out: texts, records, schemas. NULL is ignored. */
void kc_kit_destroy(struct kc_kit *k);

/* The host table for kc_plugin_v0(); the same for all kits. */
const struct kc_host *kc_kit_host(void);
/* The instance handle that open() gets; a test that calls ops itself hands it over, too. */
struct kc_ctx *kc_kit_ctx(struct kc_kit *k);

/* A component of the plugin by its id or an alias; id NULL: the first one. NULL: there is none. */
const struct kc_component *kc_kit_component(const struct kc_plugin *plugin, const char *id);

/*
 * What is wrong with the plugin's description, one line each, "" when nothing is: versions, kinds,
 * operations, ids, keys, defaults, dependents. Belongs to the kit.
 */
const char *kc_kit_check_plugin(struct kc_kit *k, const struct kc_plugin *plugin);

/*
 * Settings as a user writes them, {"topic", "t", "interval.ms", "5", NULL}, parsed as the worker parses them:
 * each declared key is there in its declared type, defaults filled in; undeclared ones are STRING. `settings`
 * may be NULL. The map belongs to the kit and is gone after the next open. KC_ERR_CONFIG: a value is missing
 * or wrong.
 */
kc_status kc_kit_config(struct kc_kit *k, const struct kc_config_def *def, const char *const *settings,
                        struct kc_map *config, struct kc_error *err);

/* ---- What the host remembers ---- */

/* Stores an offset as if it had been committed: both maps are copied. len 0 of `offset` removes. */
kc_status kc_kit_offset_put(struct kc_kit *k, const struct kc_map *partition, const struct kc_map *offset);
/* The stored offset as JSON, e.g. {"seq":4}; NULL: none. Belongs to the kit until the next put. */
const char *kc_kit_offset(struct kc_kit *k, const struct kc_map *partition);
/* Offsets and state of `from` become those of `k`: a restart. */
kc_status kc_kit_restart_from(struct kc_kit *k, const struct kc_kit *from);
/* What state_put stored under `key` as text; NULL: nothing. */
const char *kc_kit_state(struct kc_kit *k, const char *key);
/* Value of a metric (of a histogram: the sum of what it observed); 0 when there is no such metric. */
double kc_kit_metric(struct kc_kit *k, const char *name);
/* Line number i of what was logged, "WARN text"; NULL: there are fewer. At most the last 1000 are kept. */
const char *kc_kit_log(struct kc_kit *k, uint32_t i);
/* Rule number i that was broken, a sentence; NULL: there are fewer. At most 100 are kept. */
const char *kc_kit_fault(struct kc_kit *k, uint32_t i);
/* How often request_reconfiguration was called; and the message of raise(), or NULL. */
uint32_t kc_kit_reconfigurations(struct kc_kit *k);
const char *kc_kit_raised(struct kc_kit *k);
/* References to schemas that the plugin took and did not give back. */
int64_t kc_kit_schema_refs(struct kc_kit *k);
/* Why record i of the batch lent or polled last was handed to record_failed(); NULL: it was not. */
const char *kc_kit_record_failure(struct kc_kit *k, uint32_t i);

/* ---- Source ---- */

/* A record that a source gave, with all that it points at copied. Belongs to the kit. */
struct kc_kit_record {
    struct kc_record record; /* pointers lead to copies; topic and schemas are the host's own */
    const char *partition;   /* source partition as JSON; NULL: none */
    const char *offset;      /* resume point as JSON; NULL: not a resume point */
    const char *key;         /* as JSON; bytes are "0x..." */
    const char *value;
    const char *headers;         /* {"name":value,...} */
    struct kc_map partition_map; /* of `partition` */
    uint64_t n_before;           /* number of records the source gave before this one */
};

struct kc_kit_source;

/*
 * open() of a source, with settings as for kc_kit_config(). NULL: *err says why. The host's stop signal is
 * clear again. Close with kc_kit_source_close().
 */
struct kc_kit_source *kc_kit_source_open(struct kc_kit *k, const struct kc_component *c,
                                         const char *const *settings, struct kc_error *err);
/*
 * One poll() of at most max_records. *n is the number of records that it gave, 0 with KC_NOTHING and errors;
 * *first is the first of them (NULL: none), the others follow as kc_kit_source_record(s, (*first)->n_before +
 * 1) and so on. Both may be NULL. The batch's memory is released as late as the ABI allows; a batch that
 * changed in the meantime is a fault, as is one that breaks a rule (too many records, an index out of range,
 * a resume point that is no flat map).
 */
kc_status kc_kit_source_poll(struct kc_kit_source *s, uint32_t flags, uint32_t timeout_ms,
                             uint32_t max_records, const struct kc_kit_record **first, uint32_t *n,
                             struct kc_error *err);
/* Polls until `want` more records came: KC_OK; or until nothing came for idle_ms: KC_NOTHING. KC_ERR_RETRY is
 * polled again after its pause, any other error is returned. */
kc_status kc_kit_source_collect(struct kc_kit_source *s, uint32_t want, uint32_t idle_ms,
                                uint32_t max_records, struct kc_error *err);
/* Everything that the polls of this source returned so far. */
const struct kc_kit_record *kc_kit_source_record(const struct kc_kit_source *s, uint64_t i);
uint64_t kc_kit_source_count(const struct kc_kit_source *s);
/* Record number i and those before it are durable: stores the newest resume points and calls committed(). */
kc_status kc_kit_source_commit(struct kc_kit_source *s, uint64_t i, struct kc_error *err);
/* The host's wish to stop: stop_fd becomes readable, interrupt() is called. From any thread. */
void kc_kit_source_stop(struct kc_kit_source *s);
/* close(); then the memory of the last batch is gone, and the instance. NULL is ignored. */
void kc_kit_source_close(struct kc_kit_source *s);

/* Makes stop_fd readable for whatever runs now, e.g. a call of open(). From any thread. */
void kc_kit_stop(struct kc_kit *k);

/* ---- Everything that is handed records ---- */

/*
 * A batch as the host lends it to a sink, transform, predicate or converter: a deep copy of `records`, the
 * record structs writable (KC_KIT_READ_ONLY: not even these), all else read-only, with an empty arena. At
 * most one at a time; NULL: out of memory. The flags of the records are kept.
 */
enum { KC_KIT_READ_ONLY = 1 << 0 };
struct kc_batch *kc_kit_lend(struct kc_kit *k, const struct kc_record *records, uint32_t n, uint32_t flags);
/* The batch's life ends: its memory is gone. Lending the next one does this, too, after it was copied. */
void kc_kit_take_back(struct kc_kit *k);
/*
 * Sample records: strings, numbers, booleans, bytes, nested structs with and without schema, null, a
 * tombstone, headers, and one each of KC_REC_SKIP, KC_REC_DROPPED and KC_REC_FAILED at the end. *n is their
 * number. Belong to the kit.
 */
const struct kc_record *kc_kit_samples(struct kc_kit *k, uint32_t *n);

/* A value, map or record (without its times) as JSON. Belongs to the kit. */
const char *kc_kit_value_text(struct kc_kit *k, const struct kc_value *v, const struct kc_schema *schema);
const char *kc_kit_map_text(struct kc_kit *k, const struct kc_map *m);
const char *kc_kit_record_text(struct kc_kit *k, const struct kc_record *r);

/* What record.h does not allow about the record's key, value or headers: a sentence that begins with a
 * verb; NULL: nothing. */
const char *kc_kit_record_problem(const struct kc_record *r);

/* ---- Sink ---- */

struct kc_kit_sink;

/* open(), then assigned() of partition 0 of `topic`, from offset 0. NULL: *err says why. */
struct kc_kit_sink *kc_kit_sink_open(struct kc_kit *k, const struct kc_component *c,
                                     const char *const *settings, const char *topic, struct kc_error *err);
/* put() of these records with the next offsets; on KC_ERR_RETRY the very same batch again, up to `tries`
 * times in all. */
kc_status kc_kit_sink_put(struct kc_kit_sink *s, const struct kc_record *records, uint32_t n, uint32_t tries,
                          struct kc_error *err);
/* pre_commit(): stores in *offset what may be committed, -1: nothing. Offsets that were never put are a
 * fault. */
kc_status kc_kit_sink_commit(struct kc_kit_sink *s, int64_t *offset, struct kc_error *err);
void kc_kit_sink_stop(struct kc_kit_sink *s); /* from any thread */
/* revoked(), close(), and the end of the instance. NULL is ignored. */
void kc_kit_sink_close(struct kc_kit_sink *s);

/* ---- Converters, transforms, predicates, header converters, providers: calls of their ops by hand ---- */

/*
 * Brackets around a call of the plugin that a test makes itself, so that [task] and [start] calls are judged
 * and what the host answered during the call is gone afterwards: kc_kit_enter(k, "apply"); ops->apply(...);
 * kc_kit_leave(k).
 */
void kc_kit_enter(struct kc_kit *k, const char *call);
void kc_kit_leave(struct kc_kit *k);
/* An error struct as the host lends it, until kc_kit_leave(). */
struct kc_error *kc_kit_error(struct kc_kit *k);
/* Empty output of a converter; grows on its own. Reset by the next call of this, freed with the kit. */
struct kc_bytes *kc_kit_bytes(struct kc_kit *k);
struct kc_slices *kc_kit_slices(struct kc_kit *k);
/* A collector for validate(), recommend() and get(); its lines are texts like "error topic: it is empty". */
struct kc_report *kc_kit_report(struct kc_kit *k);
const char *kc_kit_report_line(struct kc_kit *k, uint32_t i);

/* Called before each call of the plugin, and with NULL after it: for a watchdog. */
void kc_kit_watch(struct kc_kit *k, void (*watch)(void *arg, const char *call), void *arg);
/* What the memory at `address` was lent as, if it is the kit's, e.g. "the configuration of open()"; else
 * NULL. For a handler of SIGSEGV: async-signal-safe. */
const char *kc_kit_memory_label(const void *address);

KC_END_DECLS
#endif
