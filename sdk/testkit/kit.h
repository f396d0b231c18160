/* kit.h - the inside of a kit; see kconnect/testkit.h for what it is. */
#ifndef KC_TESTKIT_KIT_H
#define KC_TESTKIT_KIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include <kconnect/testkit.h>

#include "guard.h"

/*
 * The size that a structure of the ABI is lent with. tests/abi builds kits that are hosts of an earlier minor: this code, with the
 * sizes of then (KC_KIT_SIZES is a header with KC_SIZEOF_kc_error and so on). What lies behind the size is 0xDD there, and has to
 * stay so.
 */
#ifdef KC_KIT_SIZES
#include KC_KIT_SIZES
#define KC_KIT_SIZEOF(name) KC_SIZEOF_##name
#else
#define KC_KIT_SIZEOF(name) sizeof(struct name)
#endif
/* Bytes up to and with a member, the last one of minor 0: what the least plugin fills. */
#define KC_KIT_UPTO(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
/* Sets p->struct_size, as the last thing before *p is lent; and looks, once it is back, what became of the rest. */
#define KC_KIT_LEND(name, p)      kc_kit_lend_size((p), KC_KIT_SIZEOF(name), sizeof(struct name))
#define KC_KIT_BACK(kit, name, p) kc_kit_back((kit), #name, (p), KC_KIT_SIZEOF(name), sizeof(struct name))

enum { KC_KIT_MAX_LOGS = 1000, KC_KIT_MAX_FAULTS = 100 };

/* Texts that the kit owns. */
struct kc_kit_texts {
    char **list;
    uint32_t n;
};

struct kc_kit_block { /* memory freed with the kit */
    struct kc_kit_block *next;
    _Alignas(16) uint8_t bytes[];
};

struct kc_kit_topic {
    struct kc_topic pub;
    struct kc_kit_topic *next;
};

struct kc_metric {
    struct kc_metric *next;
    struct kc_kit *kit;
    const char *name;
    int32_t kind;
    double value;
};

struct kc_kit_schema {
    struct kc_schema pub; /* first: a schema leads to its entry */
    struct kc_kit *kit;
    struct kc_kit_schema *next;
    const char *text; /* of everything in it: equal schemas have equal texts */
    int64_t refs;
};

struct kc_kit_stored { /* an offset, or a value of the connector's state */
    struct kc_kit_stored *next;
    char *key; /* the partition as JSON, or the state's key */
    uint32_t key_len;
    const struct kc_map *partition;
    const struct kc_map *offset;
    char *bytes; /* state */
    uint32_t len;
};

struct kc_report {
    struct kc_kit *kit;
    struct kc_kit_texts lines;
};

struct kc_ctx {
    struct kc_kit *kit;
};

struct kc_kit {
    struct kc_ctx ctx;
    struct kc_report report;
    uint32_t flags;
    int stop_fd;
    pthread_mutex_t
        lock; /* guards what [any] calls change: logs, faults, metrics, schemas, blocks, counters */
    pthread_t thread;
    const char *call;        /* the call of the plugin in progress; NULL: none */
    struct kc_guard *loans;  /* of the call in progress: its arguments */
    struct kc_error *error;  /* one of them; NULL: not lent */
    struct kc_guard *answer; /* what offset_get or state_get answered last */
    struct kc_guard *config;
    struct kc_kit_block *blocks;
    struct kc_kit_texts logs, faults, failures; /* failures[i] of record i; NULL: none */
    struct kc_kit_topic *topics;
    struct kc_metric *metrics;
    struct kc_kit_schema *schemas;
    uint64_t last_schema;
    struct kc_kit_stored *offsets, *state;
    const char *raised;
    uint32_t reconfigurations;
    struct kc_kit_arena *arena; /* of the batch lent now */
    struct kc_batch *batch;     /* lent now */
    struct kc_guard *batch_structs, *batch_values;
    bool read_only; /* not even its record structs may be changed */
    struct kc_bytes out;
    struct kc_slices slices;
    void (*watch)(void *arg, const char *call);
    void *watch_arg;
};

/* Memory that is freed with the kit, zeroed; ends the process when there is none: a test has no other way
 * out. */
void *kc_kit_alloc(struct kc_kit *k, size_t n);
char *kc_kit_strdup(struct kc_kit *k, const char *text, size_t n);
__attribute__((format(printf, 2, 3))) char *kc_kit_printf(struct kc_kit *k, const char *fmt, ...);
void kc_kit_texts_add(struct kc_kit *k, struct kc_kit_texts *t, char *text);

/* Notes a rule that was broken, once for each text. */
__attribute__((format(printf, 2, 3))) void kc_kit_note_fault(struct kc_kit *k, const char *fmt, ...);
/* Fills *err as sdk.h's kc_fail(), which is the plugin's. */
__attribute__((format(printf, 3, 4))) kc_status kc_kit_fail(struct kc_error *err, kc_status status,
                                                            const char *fmt, ...);
/* A [task] call: faults when it comes from another thread or outside a call. */
void kc_kit_on_task(struct kc_kit *k, const char *what);

void kc_kit_lend_size(void *p, size_t size, size_t whole);
void kc_kit_back(struct kc_kit *k, const char *name, const void *p, size_t size, size_t whole);

/* Memory of the call in progress. */
void *kc_kit_loan(struct kc_kit *k, size_t n);

/* The arena of a batch. */
struct kc_kit_arena {
    struct kc_arena pub; /* first: the plugin's view leads to it */
    struct kc_guard *guard;
};
struct kc_kit_arena *kc_kit_arena_open(struct kc_kit *k);
void kc_kit_arena_retire(struct kc_kit *k, struct kc_kit_arena *a);
kc_status kc_kit_arena_grow(struct kc_arena *a, uint64_t size);

/* Deep copies; into the guard, or, where it is NULL, into memory of the kit. */
struct kc_value kc_kit_copy_value(struct kc_kit *k, struct kc_guard *g, const struct kc_value *v);
const struct kc_map *kc_kit_copy_map(struct kc_kit *k, struct kc_guard *g, const struct kc_map *m);
struct kc_str kc_kit_copy_text(struct kc_kit *k, struct kc_guard *g, struct kc_str s);
struct kc_record kc_kit_copy_record(struct kc_kit *k, struct kc_guard *g, const struct kc_record *r);

/* JSON. */
void kc_kit_write_value(FILE *f, const struct kc_value *v, const struct kc_schema *schema);
void kc_kit_write_map(FILE *f, const struct kc_map *m);
void kc_kit_write_headers(FILE *f, const struct kc_record *r);
/* Everything in a schema, for comparing. */
void kc_kit_write_schema(FILE *f, const struct kc_schema *s);

/* What a record looks like against the rules of record.h; NULL: fine, else the sentence's end. */
const char *kc_kit_judge_value(const struct kc_value *v, const struct kc_schema *schema);
const char *kc_kit_judge_flat(const struct kc_map *m);

/* The store of offsets and state, and schemas: the host table's calls. */
kc_status kc_kit_offset_get(struct kc_ctx *ctx, const struct kc_map *partition, struct kc_map *offset);
void kc_kit_offset_each(struct kc_ctx *ctx,
                        void (*visit)(void *arg, const struct kc_map *partition, const struct kc_map *offset),
                        void *arg);
kc_status kc_kit_state_get(struct kc_ctx *ctx, struct kc_str key, struct kc_str *value);
kc_status kc_kit_state_put(struct kc_ctx *ctx, struct kc_str key, struct kc_str value);
void kc_kit_store_finish(struct kc_kit *k);
const struct kc_schema *kc_kit_schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err);
void kc_kit_schema_ref(const struct kc_schema *s);
void kc_kit_schema_unref(const struct kc_schema *s);
const struct kc_topic *kc_kit_topic(struct kc_kit *k, struct kc_str name);

#endif
