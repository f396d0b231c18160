/* InsertHeader: adds a header with a fixed value. */
#include "components.h"
#include "literal.h"
#include "settings.h"

struct insert {
    struct kc_smt base;
    struct kc_header header; /* one reference on its schema */
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("header", KC_CFG_STRING, NULL, KC_CFG_REQUIRED | KC_CFG_NON_EMPTY, KC_IMPORTANCE_HIGH,
                "Name of the header.")},
    {KC_SMT_KEY("value.literal", KC_CFG_STRING, NULL, KC_CFG_REQUIRED, KC_IMPORTANCE_HIGH,
                "The value; its type follows from how it is written, as in a header that Kafka Connect "
                "reads: `true`, "
                "`12`, `1.5`, `2024-01-31`, `[1,2]`, `{\"a\":1}`, everything else is a text.")},
};
KC_SMT_DEF(config_def, keys);

static kc_status open_insert(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct insert *t = (struct insert *)s;
    struct kc_str literal;

    if (kc_setting_text(s, config, "header", &t->header.key, err) < 0 ||
        kc_setting_text(s, config, "value.literal", &literal, err) < 0)
        return KC_ERR_NOMEM;
    if (t->header.key.len == 0 || literal.ptr == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "InsertHeader needs header and value.literal");
    return kc_literal_read(s, literal, &t->header.schema, &t->header.value, err);
}

static kc_status insert(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    const struct insert *t = (const struct insert *)s;
    struct kc_header *headers = kc_smt_take(b, ((uint64_t)r->n_headers + 1) * sizeof(*headers), err);

    if (headers == NULL)
        return KC_ERR_NOMEM;
    if (r->n_headers > 0)
        memcpy(headers, r->headers, r->n_headers * sizeof(*headers));
    headers[r->n_headers++] = t->header;
    r->headers = headers;
    return KC_OK;
}

static void close_insert(struct kc_smt *s)
{
    kc_host->schema_unref(((struct insert *)s)->header.schema);
}

static const struct kc_smt_type type = {"InsertHeader", sizeof(struct insert), open_insert, insert,
                                        close_insert};

KC_SMT_COMPONENT(kc_smt_insert_header, "InsertHeader", KC_SMT_PACKAGE, "Adds a header with a fixed value",
                 type, KC_SIDE_NONE, &config_def);
