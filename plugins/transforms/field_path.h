/* field_path.h - names of fields in the two syntaxes of KIP-821: V1 a plain name, V2 a path such as a.b.`c.d`. */
#ifndef KC_TRANSFORMS_FIELD_PATH_H
#define KC_TRANSFORMS_FIELD_PATH_H

#include "settings.h"

struct kc_path {
    struct kc_names steps; /* at least one */
    struct kc_str text;
};

/* Reads the keys `key` and field.syntax.version. KC_ERR_CONFIG: missing, or a backtick without its pair. */
kc_status kc_path_read(struct kc_smt *s, const struct kc_map *config, const char *key, struct kc_path *out,
                       struct kc_error *err);

/*
 * Finds the path in a struct's schema: writes the position of each step to at[0..steps.n] and returns the last field's
 * schema. NULL: *err is KC_ERR_RECORD, there is no such field, or a step leads into
 * something that is no struct.
 */
const struct kc_schema *kc_path_schema(const struct kc_path *p, const struct kc_schema *schema, int32_t *at,
                                       struct kc_error *err);

/* The value at these positions; null when one on the way is. */
kc_status kc_path_in_struct(const int32_t *at, uint32_t n, const struct kc_schema *schema,
                            const struct kc_value *v, bool replace_null, struct kc_value *out,
                            struct kc_error *err);
/* The value in nested maps; null when it is not there. KC_ERR_RECORD: a step leads into something that is no map. */
kc_status kc_path_in_map(const struct kc_path *p, const struct kc_value *map, struct kc_value *out,
                         struct kc_error *err);

extern const char *const kc_path_versions[];
kc_status kc_path_check_version(const char *name, const struct kc_value *v, struct kc_error *err);

#define KC_SMT_SYNTAX_KEY                                                                                    \
    {                                                                                                        \
        KC_SMT_KEY(                                                                                          \
            "field.syntax.version", KC_CFG_STRING, "V1", 0, KC_IMPORTANCE_HIGH,                              \
            "`V1`: the field is a plain name. `V2`: it is a path, with dots between the names of nested "    \
            "fields and backticks around a name that contains a dot."),                                      \
            .choices = kc_path_versions, .check = kc_path_check_version                                      \
    }

#endif
