/*
 * smt.h - what every transform here is made of: the loop over a batch, the side it works on, memory for its settings.
 *
 * A transform describes itself by a struct kc_smt_type and works on one record at a time. Everything runs on the task's
 * thread. Names: SMT is Kafka Connect's word, single message transform.
 */
#ifndef KC_TRANSFORMS_SMT_H
#define KC_TRANSFORMS_SMT_H

#include <stdbool.h>

#include "shapes.h"

#include <kconnect/sdk.h>

enum kc_side { KC_SIDE_NONE, KC_SIDE_KEY, KC_SIDE_VALUE };

struct kc_smt;

struct kc_smt_type {
    const char *name;
    size_t size; /* of the transform's own struct, whose first member is a struct kc_smt */
    /* Reads the settings; may be NULL. A failure is KC_ERR_CONFIG or KC_ERR_NOMEM; close() is called then too. */
    kc_status (*open)(struct kc_smt *s, const struct kc_map *config, struct kc_error *err);
    /* Works on one live record. KC_ERR_RECORD: this record is bad, and was left as it was. */
    kc_status (*record)(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err);
    /* Releases what kc_smt_alloc() did not give; may be NULL. */
    void (*close)(struct kc_smt *s);
};

struct kc_smt_block;

struct kc_smt {
    const struct kc_smt_type *type;
    struct kc_ctx *ctx;
    enum kc_side side;
    struct kc_smt_block *memory;
    struct kc_shapes shapes;
};

/* The three operations of every transform's ops; each component has an open() of its own that names type and side. */
kc_status kc_smt_open(const struct kc_smt_type *type, enum kc_side side, struct kc_ctx *ctx,
                      const struct kc_map *config, void **self, struct kc_error *err);
kc_status kc_smt_apply(void *self, struct kc_batch *b, struct kc_error *err);
void kc_smt_close(void *self);

/* The key or the value of a record, and its schema, as the transform's side says. */
struct kc_view {
    const struct kc_schema **schema;
    struct kc_value *value;
};
struct kc_view kc_smt_view(const struct kc_smt *s, struct kc_record *r);

/* Zeroed memory that lives until close; NULL: out of memory, and *err says so. */
void *kc_smt_alloc(struct kc_smt *s, size_t size, struct kc_error *err);

/* Memory of the batch; NULL: out of memory, and *err says so. */
void *kc_smt_take(struct kc_batch *b, uint64_t size, struct kc_error *err);

/* The interned topic, made with the wish that fits the record. NULL: not a legal name, *err is KC_ERR_RECORD. */
const struct kc_topic *kc_smt_topic(struct kc_smt *s, const struct kc_record *r, struct kc_str name,
                                    struct kc_error *err);

/* One configuration key; lists of them make a struct kc_config_def with KC_SMT_DEF. */
#define KC_SMT_KEY(name_, type_, default_, flags_, importance_, doc_)                                        \
    .name = (name_), .default_value = (default_), .doc = (doc_), .type = (type_), .flags = (flags_),         \
    .importance = (importance_), .order = -1

#define KC_SMT_DEF(def, keys_)                                                                               \
    static const struct kc_config_def def = {.struct_size = sizeof(def),                                     \
                                             .key_size = sizeof((keys_)[0]),                                 \
                                             .keys = (keys_),                                                \
                                             .n_keys = sizeof(keys_) / sizeof((keys_)[0])}

#define KC_SMT_PACKAGE "org.apache.kafka.connect.transforms."

/* Defines the component `symbol`: its open(), its ops, its alias (the Java class) and its description. */
#define KC_SMT_COMPONENT(symbol, id_, package, title_, type_, side_, def_)                                   \
    static kc_status symbol##_open(struct kc_ctx *ctx, const struct kc_map *config, void **self,             \
                                   struct kc_error *err)                                                     \
    {                                                                                                        \
        return kc_smt_open(&(type_), (side_), ctx, config, self, err);                                       \
    }                                                                                                        \
    static const struct kc_transform_ops symbol##_ops = {.struct_size = sizeof(symbol##_ops),                \
                                                         .open = symbol##_open,                              \
                                                         .apply = kc_smt_apply,                              \
                                                         .close = kc_smt_close};                             \
    static const char *const symbol##_aliases[] = {package id_, NULL};                                       \
    const struct kc_component symbol = {.struct_size = sizeof(symbol),                                       \
                                        .kind = KC_KIND_TRANSFORM,                                           \
                                        .id = (id_),                                                         \
                                        .version = KC_VERSION,                                               \
                                        .title = (title_),                                                   \
                                        .aliases = symbol##_aliases,                                         \
                                        .config = (def_),                                                    \
                                        .ops = &symbol##_ops}

/* The pair that Kafka Connect names NAME$Key and NAME$Value. */
#define KC_SMT_BOTH_SIDES(symbol, name_, what, type_, def_)                                                  \
    KC_SMT_COMPONENT(symbol##_key, name_ "$Key", KC_SMT_PACKAGE, what " of the record's key", type_,         \
                     KC_SIDE_KEY, def_);                                                                     \
    KC_SMT_COMPONENT(symbol##_value, name_ "$Value", KC_SMT_PACKAGE, what " of the record's value", type_,   \
                     KC_SIDE_VALUE, def_)

#endif
