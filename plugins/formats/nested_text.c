#include "nested_text.h"

#include "side.h"

kc_status kc_text_put(struct kc_out *o, const char *text, struct kc_error *err)
{
    return kc_out_put(o, text, strlen(text)) ? KC_OK : kc_no_memory(err);
}

kc_status kc_text_list(const struct kc_nested_text *form, struct kc_out *o, const struct kc_schema *schema,
                       const struct kc_value *v, int depth, struct kc_error *err)
{
    const struct kc_schema *item = schema != NULL ? schema->item_schema : NULL;
    kc_status status = kc_text_put(o, "[", err);

    for (uint32_t i = 0; status >= 0 && i < v->len; i++) {
        if (i > 0)
            status = kc_text_put(o, form->separator, err);
        if (status >= 0)
            status = form->put(o, item, &v->as.items[i], depth, err);
    }
    return status < 0 ? status : kc_text_put(o, "]", err);
}

kc_status kc_text_map(const struct kc_nested_text *form, struct kc_out *o, const struct kc_schema *schema,
                      const struct kc_value *v, int depth, struct kc_error *err)
{
    const struct kc_schema *key = schema != NULL ? schema->key_schema : NULL,
                           *item = schema != NULL ? schema->item_schema : NULL;
    kc_status status = kc_text_put(o, "{", err);

    for (uint32_t i = 0; status >= 0 && i < v->len; i++) {
        if (i > 0)
            status = kc_text_put(o, form->separator, err);
        if (status >= 0)
            status = form->put(o, key, &v->as.items[i * 2], depth, err);
        if (status >= 0)
            status = kc_text_put(o, form->arrow, err);
        if (status >= 0)
            status = form->put(o, item, &v->as.items[i * 2 + 1], depth, err);
    }
    return status < 0 ? status : kc_text_put(o, "}", err);
}
