/* settings.h - reading a transform's configuration into memory of its own: the host's map is gone when open() returns. */
#ifndef KC_TRANSFORMS_SETTINGS_H
#define KC_TRANSFORMS_SETTINGS_H

#include "smt.h"

/* A list of names; they live until close, and are NUL-terminated. */
struct kc_names {
    struct kc_str *list;
    uint32_t n;
};

/* A copy of a text; ptr is NULL when the key is null or missing. */
kc_status kc_setting_text(struct kc_smt *s, const struct kc_map *config, const char *key, struct kc_str *out,
                          struct kc_error *err);
/* A copy of a list; empty when the key is null or missing. */
kc_status kc_setting_list(struct kc_smt *s, const struct kc_map *config, const char *key,
                          struct kc_names *out, struct kc_error *err);
/* A copy of any text. */
kc_status kc_setting_copy(struct kc_smt *s, const char *text, size_t len, struct kc_str *out,
                          struct kc_error *err);
bool kc_setting_flag(const struct kc_map *config, const char *key, bool fallback);

/* Position of a name in a list, or -1. */
int32_t kc_names_find(const struct kc_names *names, struct kc_str name);

/* kc_check_fn: the text must not be empty. */
kc_status kc_check_not_empty(const char *name, const struct kc_value *v, struct kc_error *err);

/* The key that most transforms share: whether a null field counts as its schema's default. */
#define KC_SMT_REPLACE_NULL_KEY                                                                              \
    {                                                                                                        \
        KC_SMT_KEY(                                                                                          \
            "replace.null.with.default", KC_CFG_BOOLEAN, "true", 0, KC_IMPORTANCE_MEDIUM,                    \
            "Whether a field that is null is taken to hold its schema's default, where there is one.")       \
    }
#define KC_SMT_REPLACE_NULL "replace.null.with.default"

#endif
