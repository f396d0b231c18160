/* DropHeaders: takes headers off by their names. */
#include "components.h"
#include "settings.h"

struct drop {
    struct kc_smt base;
    struct kc_names headers;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("headers", KC_CFG_LIST, NULL, KC_CFG_REQUIRED | KC_CFG_NON_EMPTY, KC_IMPORTANCE_HIGH,
                "Names of the headers to take off.")},
};
KC_SMT_DEF(config_def, keys);

static kc_status open_drop(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    return kc_setting_list(s, config, "headers", &((struct drop *)s)->headers, err);
}

static kc_status drop(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    const struct drop *t = (const struct drop *)s;
    struct kc_header *kept;
    uint32_t n = 0, found = 0;

    for (uint32_t i = 0; i < r->n_headers; i++)
        found += kc_names_find(&t->headers, r->headers[i].key) >= 0;
    if (found == 0)
        return KC_OK;
    kept = kc_smt_take(b, r->n_headers * sizeof(*kept), err);
    if (kept == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < r->n_headers; i++)
        if (kc_names_find(&t->headers, r->headers[i].key) < 0)
            kept[n++] = r->headers[i];
    r->headers = kept;
    r->n_headers = n;
    return KC_OK;
}

static const struct kc_smt_type type = {"DropHeaders", sizeof(struct drop), open_drop, drop, NULL};

KC_SMT_COMPONENT(kc_smt_drop_headers, "DropHeaders", KC_SMT_PACKAGE, "Takes headers off by their names", type,
                 KC_SIDE_NONE, &config_def);
