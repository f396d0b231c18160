/*
 * stage_keys.h - the components between connector and Kafka that a connector's configuration names: its
 * transforms, predicates and converters; and the keys that they bring into it. No plugin code runs here. Any
 * thread.
 *
 * A component has a role, which is where its keys are: "transforms.<alias>" and "predicates.<alias>" are
 * named by <role>.type, "key.converter", "value.converter" and "header.converter" by the role itself;
 * <role>.plugin.version is a range of versions (version_range.h); every other key that begins with the role
 * and a dot is the component's.
 */
#ifndef KC_PLUGIN_STAGE_KEYS_H
#define KC_PLUGIN_STAGE_KEYS_H

#include "base/buf.h"
#include "plugin/registry.h"

/* The aliases of a LIST such as `transforms`, each once, in order. */
struct kc_aliases {
    char **names;
    size_t n;
    bool repeated; /* one was there twice */
    bool failed;   /* out of memory */
};

void kc_aliases_read(struct kc_aliases *a, const char *list);
void kc_aliases_finish(struct kc_aliases *a);
bool kc_aliases_have(const struct kc_aliases *a, const char *name);

/* "mysql-source, file-sink": the ids of a kind, each once; kind 0: sources and sinks. "none" if there are
 * none. */
void kc_component_ids(const struct kc_registry *r, uint32_t kind, struct kc_buf *out);

/*
 * The component of KC_KIND_TRANSFORM or KC_KIND_PREDICATE whose role is `role`, in the highest version that
 * its range allows. NULL: KC_ERR_CONFIG, and *err (may be NULL) is a sentence that names the key and what is
 * installed.
 */
const struct kc_component_info *kc_stage_find(const struct kc_registry *r, const struct kc_props *config,
                                              uint32_t kind, const char *role, struct kc_error *err);

/*
 * The declaration that `key` has by a transform or predicate, listed or not, whose <role>.type is in the
 * configuration; also when its plugin was removed since. NULL: none.
 */
const struct kc_key_info *kc_stage_key_lookup(const struct kc_registry *r, const struct kc_props *config,
                                              const char *key);

/* Every key that the configuration's transforms, predicates and converters have, under its full name. */
struct kc_stage_keys {
    struct kc_key_info
        *keys; /* transforms in their order, then predicates, in Kafka Connect's groups; then converters */
    size_t n;
    void **owned; /* texts and lists of the keys; the rest is borrowed from the registry */
    size_t n_owned;
    bool failed; /* out of memory: the keys are incomplete */
};

/* `connector` may be NULL. What is not installed has the keys of its role alone. kc_stage_keys_finish() in
 * every case. */
void kc_stage_keys_make(struct kc_stage_keys *out, const struct kc_registry *r,
                        const struct kc_component_info *connector, const struct kc_props *config);
void kc_stage_keys_finish(struct kc_stage_keys *k);

#endif
