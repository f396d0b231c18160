#include "json_decode.h"

#include "json_parse_schema.h"
#include "side.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

static const char opening[] = "{\"schema\":", middle[] = ",\"payload\":";

enum { READER_KEEPS_NODES = 1 << 16, OPENING_LEN = sizeof(opening) - 1, MIDDLE_LEN = sizeof(middle) - 1 };

struct kc_json_known {
    struct kc_json_known *next;
    const struct kc_schema *schema;
    size_t len;
    char text[]; /* of the schema, as it stood in the message */
};

static void forget(struct kc_json_decoder *d)
{
    while (d->first != NULL) {
        struct kc_json_known *k = d->first;

        d->first = k->next;
        kc_host->schema_unref(k->schema);
        free(k);
    }
    d->n = 0;
}

/* Reads schema.content, which takes the arena of a batch. */
static kc_status read_content(struct kc_json_decoder *d, struct kc_error *err)
{
    struct kc_error why = {.struct_size = sizeof(why)};
    kc_status status =
        kc_json_read(&d->reader, d->context.arena, (const uint8_t *)d->content_text, d->content_len, &why);

    if (status == KC_OK)
        status = kc_json_get_schema(d->ctx, &d->context, d->reader.nodes, &d->content, &why);
    if (status < 0 && status != KC_ERR_RECORD)
        return kc_fail(err, status, "%s", why.message);
    if (d->content == NULL)
        return kc_fail(err, KC_ERR_CONFIG,
                       "schema.content is not a schema as JsonConverter writes it: %.300s",
                       status < 0 ? why.message : "it is null");
    free(d->content_text);
    d->content_text = NULL;
    return KC_OK;
}

kc_status kc_json_decoder_init(struct kc_json_decoder *d, struct kc_ctx *ctx, bool schemas,
                               bool null_with_default, uint32_t most, struct kc_str content,
                               struct kc_error *err)
{
    memset(d, 0, sizeof(*d));
    d->ctx = ctx;
    d->schemas = schemas;
    d->most = most;
    d->context.null_with_default = null_with_default;
    d->context.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (d->context.c_locale == (locale_t)0)
        return kc_no_memory(err);
    if (content.len > 0 && schemas) {
        d->content_text = malloc(content.len);
        if (d->content_text == NULL)
            return kc_no_memory(err);
        memcpy(d->content_text, content.ptr, content.len);
        d->content_len = content.len;
    }
    return KC_OK;
}

void kc_json_decoder_finish(struct kc_json_decoder *d)
{
    forget(d);
    kc_host->schema_unref(d->content);
    free(d->content_text);
    kc_json_reader_finish(&d->reader);
    if (d->context.c_locale != (locale_t)0)
        freelocale(d->context.c_locale);
}

void kc_json_decoder_trim(struct kc_json_decoder *d)
{
    if (d->n > d->most)
        forget(d);
    if (d->reader.cap > READER_KEEPS_NODES) /* a message of unusual size */
        kc_json_reader_finish(&d->reader);
}

/* Finds a schema by its text and puts it in front; NULL: not met yet. */
static struct kc_json_known *find(struct kc_json_decoder *d, const char *text, size_t len)
{
    for (struct kc_json_known **at = &d->first; *at != NULL; at = &(*at)->next) {
        struct kc_json_known *k = *at;

        if (k->len != len || memcmp(k->text, text, len) != 0)
            continue;
        *at = k->next;
        k->next = d->first;
        return d->first = k;
    }
    return NULL;
}

static kc_status learn(struct kc_json_decoder *d, const struct kc_json_node *node,
                       const struct kc_schema **schema, struct kc_error *err)
{
    struct kc_json_known *k = find(d, node->text, node->len);
    kc_status status;

    if (k != NULL) {
        *schema = k->schema;
        return KC_OK;
    }
    if (d->keeps && d->n > d->most)
        return kc_fail(err, KC_ERR_RECORD,
                       "headers with more than %u different schemas have been read; raise schemas.cache.size",
                       d->most);
    status = kc_json_get_schema(d->ctx, &d->context, node, schema, err);
    if (status < 0 || *schema == NULL)
        return status;
    k = malloc(sizeof(*k) + node->len);
    if (k == NULL) {
        kc_host->schema_unref(*schema);
        return kc_no_memory(err);
    }
    *k = (struct kc_json_known){.next = d->first, .schema = *schema, .len = node->len};
    memcpy(k->text, node->text, node->len);
    d->first = k;
    d->n++;
    return KC_OK;
}

/* The payload of a message that begins with the schema of the message before; false: it does not. */
static bool same_schema(const struct kc_json_decoder *d, const uint8_t *data, size_t n, size_t *payload)
{
    const struct kc_json_known *k = d->first;

    if (k == NULL || n < OPENING_LEN + k->len + MIDDLE_LEN + 1 || data[n - 1] != '}' ||
        memcmp(data, opening, OPENING_LEN) != 0 || memcmp(data + OPENING_LEN, k->text, k->len) != 0 ||
        memcmp(data + OPENING_LEN + k->len, middle, MIDDLE_LEN) != 0)
        return false;
    *payload = OPENING_LEN + k->len + MIDDLE_LEN;
    return true;
}

static bool is_envelope(const struct kc_json_node *root)
{
    return root->kind == KC_JSON_OBJECT && root->n == 2 && kc_json_member(root, "schema") != NULL &&
           kc_json_member(root, "payload") != NULL;
}

/* The whole message: an envelope, or a bare payload where the configuration gives its schema or wants none. */
static kc_status decode_whole(struct kc_json_decoder *d, const uint8_t *data, size_t n,
                              const struct kc_schema **schema, struct kc_value *v, struct kc_error *err)
{
    const struct kc_json_node *root, *payload;
    kc_status status = kc_json_read(&d->reader, d->context.arena, data, n, err);

    *schema = NULL;
    if (status < 0)
        return status;
    root = payload = d->reader.nodes;
    if (status == KC_NOTHING && !d->schemas) {
        *v = (struct kc_value){.type = KC_NULL};
        return KC_OK;
    }
    if (d->schemas && status == KC_OK && is_envelope(root)) {
        status = learn(d, kc_json_member(root, "schema"), schema, err);
        payload = kc_json_member(root, "payload");
    } else if (d->schemas && d->content != NULL) {
        *schema = d->content;
        payload = status == KC_NOTHING ? NULL : root;
    } else if (d->schemas) {
        return kc_fail(
            err, KC_ERR_RECORD,
            "the message is not an object with the two members \"schema\" and \"payload\"; for plain JSON "
            "set schemas.enable=false in the converter's configuration");
    }
    return status < 0 ? status : kc_json_get_value(&d->context, *schema, payload, v, err);
}

kc_status kc_json_decode(struct kc_json_decoder *d, struct kc_arena *a, const struct kc_schema **schema,
                         struct kc_value *v, struct kc_error *err)
{
    const uint8_t *data = v->as.bytes;
    size_t n = v->len, payload;

    *schema = NULL;
    if (v->type == KC_NULL)
        return KC_OK;
    d->context.arena = a;
    if (d->content_text != NULL) {
        kc_status status = read_content(d, err);

        if (status < 0)
            return status;
    }
    if (d->schemas && same_schema(d, data, n, &payload) &&
        kc_json_read(&d->reader, a, data + payload, n - payload - 1, err) == KC_OK) {
        *schema = d->first->schema;
        return kc_json_get_value(&d->context, *schema, d->reader.nodes, v, err);
    }
    return decode_whole(d, data, n, schema, v, err);
}
