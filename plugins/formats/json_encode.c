#include "json_encode.h"

#include "json_value.h"
#include "side.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

static const char opening[] = "{\"schema\":", middle[] = ",\"payload\":",
                  schemaless[] = "{\"schema\":null,\"payload\":";

void kc_json_heads_init(struct kc_json_heads *h, const struct kc_json_options *options, uint32_t most)
{
    memset(h, 0, sizeof(*h));
    h->options = *options;
    h->most = most;
}

static void head_free(struct kc_json_head *e)
{
    kc_json_plan_free(e->plan);
    kc_heap_bytes_free(&e->head);
    free(e);
}

void kc_json_heads_finish(struct kc_json_heads *h)
{
    for (size_t i = 0; i < KC_JSON_BUCKETS; i++)
        while (h->buckets[i] != NULL) {
            struct kc_json_head *e = h->buckets[i];

            h->buckets[i] = e->next;
            head_free(e);
        }
    h->last = NULL;
    h->n = 0;
}

void kc_json_heads_trim(struct kc_json_heads *h)
{
    if (h->n > h->most)
        kc_json_heads_finish(h);
}

static kc_status render(struct kc_json_head *e, const struct kc_schema *schema, struct kc_error *err)
{
    struct kc_out o;
    bool ok;

    kc_out_begin(&o, &e->head);
    ok = kc_out_put(&o, opening, sizeof(opening) - 1) && kc_json_put_schema(&o, schema, e->plan, NULL) &&
         kc_out_put(&o, middle, sizeof(middle) - 1);
    kc_out_end(&o);
    return ok ? KC_OK : kc_no_memory(err);
}

static struct kc_json_head *make(struct kc_json_heads *h, const struct kc_schema *schema)
{
    struct kc_json_head **bucket = &h->buckets[schema->id % KC_JSON_BUCKETS], *e;
    kc_status status;

    for (e = *bucket; e != NULL; e = e->next)
        if (e->id == schema->id)
            return h->last = e;
    e = calloc(1, sizeof(*e));
    if (e == NULL)
        return NULL;
    kc_heap_bytes_init(&e->head);
    e->id = schema->id;
    e->why.struct_size = sizeof(e->why);
    status = kc_json_plan_make(schema, &h->options, &e->plan, &e->why);
    if (status >= 0 && h->options.schemas)
        status = render(e, schema, &e->why);
    if (status == KC_ERR_NOMEM) {
        head_free(e);
        return NULL;
    }
    e->next = *bucket;
    *bucket = e;
    h->n++;
    return h->last = e;
}

/* A schemaless value, in an envelope that says so. */
static kc_status encode_schemaless(struct kc_json_heads *h, struct kc_out *o, const struct kc_value *v,
                                   bool *is_null, struct kc_error *err)
{
    kc_status status;

    if (v->type == KC_NULL) {
        *is_null = true;
        return KC_OK;
    }
    if (h->options.schemas && !kc_out_put(o, schemaless, sizeof(schemaless) - 1))
        return kc_no_memory(err);
    status = kc_json_put_value(o, NULL, &h->options, v, err);
    if (status < 0 || !h->options.schemas)
        return status;
    return kc_out_put(o, "}", 1) ? KC_OK : kc_no_memory(err);
}

kc_status kc_json_encode(struct kc_json_heads *h, struct kc_out *o, const struct kc_schema *schema,
                         const struct kc_value *v, bool *is_null, struct kc_error *err)
{
    struct kc_json_head *e = h->last;
    kc_status status;

    if (schema == NULL)
        return encode_schemaless(h, o, v, is_null, err);
    if (e == NULL || e->id != schema->id)
        e = make(h, schema);
    if (e == NULL)
        return kc_no_memory(err);
    if (e->plan == NULL)
        return kc_fail(err, e->why.status, "%s", e->why.message);
    if (h->options.schemas && !kc_out_put(o, e->head.data, e->head.len))
        return kc_no_memory(err);
    status = kc_json_put_value(o, e->plan, &h->options, v, err);
    if (status < 0 || !h->options.schemas)
        return status;
    return kc_out_put(o, "}", 1) ? KC_OK : kc_no_memory(err);
}
