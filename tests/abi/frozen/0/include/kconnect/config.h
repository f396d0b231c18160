/* config.h - what a component can be configured with; the source of PUT .../config/validate. */
#ifndef KC_CONFIG_H
#define KC_CONFIG_H

#include <kconnect/error.h>
#include <kconnect/value.h>

KC_BEGIN_DECLS

enum { /* kc_config_key.type; the names in REST answers are Kafka Connect's */
       KC_CFG_BOOLEAN = 1,
       KC_CFG_STRING = 2,
       KC_CFG_INT = 3,
       KC_CFG_SHORT = 4,
       KC_CFG_LONG = 5,
       KC_CFG_DOUBLE = 6,
       KC_CFG_LIST = 7,
       KC_CFG_CLASS = 8,    /* the id or an alias of a component */
       KC_CFG_PASSWORD = 9, /* masked in every answer and log */
};

enum { KC_IMPORTANCE_HIGH = 1, KC_IMPORTANCE_MEDIUM = 2, KC_IMPORTANCE_LOW = 3 };
enum { KC_WIDTH_NONE = 0, KC_WIDTH_SHORT = 1, KC_WIDTH_MEDIUM = 2, KC_WIDTH_LONG = 3 };

enum {                           /* kc_config_key.flags */
       KC_CFG_REQUIRED = 1 << 0, /* no default: a missing value is an error */
       KC_CFG_RANGE = 1 << 1,    /* check min..max (integers) */
       KC_CFG_ONE_OF = 1 << 2, /* the value must be one of `choices`; without it they are only recommended */
       KC_CFG_NON_EMPTY = 1 << 3,
       KC_CFG_DEPRECATED = 1 << 4, /* accepted, with a warning */
       KC_CFG_INTERNAL = 1 << 5,   /* not shown in REST answers */
};

struct kc_report; /* the host's collector of one validation; see kc_host.report_* */

/* Checks one value, already parsed to the type of the key (LIST: ARRAY of STRING). */
typedef kc_status (*kc_check_fn)(const char *name, const struct kc_value *value, struct kc_error *err);
/* Reports choices and visibility of `name`, given all values parsed so far. */
typedef void (*kc_recommend_fn)(const char *name, const struct kc_map *config, struct kc_report *out);

/* One key. Growable, and an array element: its stride is kc_config_def.key_size. */
struct kc_config_key {
    const char *name;
    const char *default_value; /* as text; NULL: null, unless KC_CFG_REQUIRED */
    const char *doc;
    const char *group;        /* NULL: none */
    const char *display_name; /* NULL: name */
    uint32_t type;
    uint32_t flags;
    uint32_t importance;
    uint32_t width;
    int32_t order; /* in its group; -1: unordered */
    uint32_t reserved;
    int64_t min;
    int64_t max;
    const char *const *choices;    /* ends with NULL; may be NULL */
    const char *const *dependents; /* keys whose choices or visibility depend on this one; ends with NULL */
    kc_check_fn check;             /* may be NULL */
    kc_recommend_fn recommend;     /* may be NULL */
};

struct kc_config_def {
    uint32_t struct_size;
    uint32_t key_size; /* sizeof(struct kc_config_key) */
    const struct kc_config_key *keys;
    uint32_t n_keys;
    uint32_t reserved;
};

KC_END_DECLS
#endif
