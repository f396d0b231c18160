/* schemas.c - one pointer for equal schemas, with their references counted; memory stays until the kit
 * ends. */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(struct kc_kit *k, const struct kc_schema *s)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&bytes, &len);
    const char *kept;

    if (f == NULL)
        abort();
    kc_kit_write_schema(f, s);
    if (fclose(f) != 0)
        abort();
    kept = kc_kit_strdup(k, bytes, len);
    free(bytes);
    return kept;
}

static uint64_t hash_of(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

static kc_status check(const struct kc_schema *spec, struct kc_error *err)
{
    if (!KC_HAS(struct kc_schema, spec, params))
        return kc_kit_fail(err, KC_ERR_FATAL, "a schema's struct_size is %u, it must be %zu",
                           spec->struct_size, sizeof(*spec));
    if (spec->type < KC_INT8 || spec->type > KC_UINT64)
        return kc_kit_fail(err, KC_ERR_FATAL, "a schema of the unknown type %d", spec->type);
    if ((spec->type == KC_ARRAY || spec->type == KC_MAP) && spec->item_schema == NULL)
        return kc_kit_fail(err, KC_ERR_FATAL, "a schema of an array or map without one for its items");
    for (uint32_t i = 0; i < spec->n_fields; i++)
        if (spec->fields[i].schema == NULL)
            return kc_kit_fail(err, KC_ERR_FATAL, "field %.*s of a schema has none",
                               (int)spec->fields[i].name.len, spec->fields[i].name.ptr);
    return KC_OK;
}

static struct kc_kit_schema *make(struct kc_kit *k, const struct kc_schema *spec, const char *text)
{
    struct kc_kit_schema *e = kc_kit_alloc(k, sizeof(*e));
    struct kc_field *fields = kc_kit_alloc(k, (spec->n_fields + 1) * sizeof(*fields));

    memcpy(&e->pub, spec, spec->struct_size < sizeof(e->pub) ? spec->struct_size : sizeof(e->pub));
    KC_KIT_LEND(kc_schema, &e->pub);
    e->pub.name = kc_kit_copy_text(k, NULL, spec->name);
    e->pub.doc = kc_kit_copy_text(k, NULL, spec->doc);
    e->pub.params = *kc_kit_copy_map(k, NULL, &spec->params);
    for (uint32_t i = 0; i < spec->n_fields; i++)
        fields[i] =
            (struct kc_field){kc_kit_copy_text(k, NULL, spec->fields[i].name), spec->fields[i].schema};
    e->pub.fields = spec->n_fields == 0 ? NULL : fields;
    if (spec->default_value != NULL) {
        struct kc_value *v = kc_kit_alloc(k, sizeof(*v));

        *v = kc_kit_copy_value(k, NULL, spec->default_value);
        e->pub.default_value = v;
    }
    e->pub.fingerprint = hash_of(text);
    e->pub.id = ++k->last_schema;
    e->text = text;
    e->kit = k;
    e->next = k->schemas;
    k->schemas = e;
    return e;
}

const struct kc_schema *kc_kit_schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err)
{
    struct kc_kit *k = ctx->kit;
    struct kc_kit_schema *e;
    const char *text;

    kc_kit_on_task(k, "schema_new()");
    if (check(spec, err) < 0)
        return NULL;
    text = text_of(k, spec);
    for (e = k->schemas; e != NULL && strcmp(e->text, text) != 0; e = e->next)
        ;
    if (e == NULL)
        e = make(k, spec, text);
    (void)pthread_mutex_lock(&k->lock);
    e->refs++;
    (void)pthread_mutex_unlock(&k->lock);
    return &e->pub;
}

void kc_kit_schema_ref(const struct kc_schema *s)
{
    struct kc_kit_schema *e = (struct kc_kit_schema *)(uintptr_t)s;

    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&e->kit->lock);
    e->refs++;
    (void)pthread_mutex_unlock(&e->kit->lock);
}

void kc_kit_schema_unref(const struct kc_schema *s)
{
    struct kc_kit_schema *e = (struct kc_kit_schema *)(uintptr_t)s;
    bool too_many;

    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&e->kit->lock);
    too_many = e->refs <= 0;
    if (!too_many)
        e->refs--;
    (void)pthread_mutex_unlock(&e->kit->lock);
    if (too_many)
        kc_kit_note_fault(e->kit, "a reference to a schema was given back twice");
}

int64_t kc_kit_schema_refs(struct kc_kit *k)
{
    int64_t n = 0;

    (void)pthread_mutex_lock(&k->lock);
    for (const struct kc_kit_schema *e = k->schemas; e != NULL; e = e->next)
        n += e->refs;
    (void)pthread_mutex_unlock(&k->lock);
    return n;
}
