#include <kconnect/config.h>
#include <kconnect/plugin.h>
#include <string.h>
#include <strings.h>

#include "documents.h"
#include "resources.h"

static const char *kind_name(uint32_t kind)
{
    switch (kind) {
    case KC_KIND_SOURCE: return "source";
    case KC_KIND_SINK: return "sink";
    case KC_KIND_TRANSFORM: return "transformation";
    case KC_KIND_PREDICATE: return "predicate";
    case KC_KIND_CONVERTER: return "converter";
    case KC_KIND_HEADER_CONVERTER: return "header_converter";
    default: return NULL; /* Kafka Connect lists no other kinds */
    }
}

static void list_refused(const struct kc_registry *r, struct kc_buf *b)
{
    kc_buf_str(b, "[");
    for (size_t i = 0; i < kc_registry_refused_count(r); i++) {
        const struct kc_refused_info *f = kc_registry_refused_at(r, i);

        kc_buf_str(b, i > 0 ? ",{\"file\":" : "{\"file\":");
        kc_buf_json(b, f->file, strlen(f->file));
        kc_write_text_member(b, "reason", f->reason);
        kc_write_text_member(b, "detail", f->detail);
        kc_buf_str(b, "}");
    }
    kc_buf_str(b, "]");
}

static void list_installed(const struct kc_registry *r, bool connectors_only, struct kc_buf *b)
{
    bool first = true;

    kc_buf_str(b, "[");
    for (size_t i = 0; i < kc_registry_count(r); i++) {
        const struct kc_component_info *c = kc_registry_at(r, i);

        if (kind_name(c->kind) == NULL ||
            (connectors_only && c->kind != KC_KIND_SOURCE && c->kind != KC_KIND_SINK))
            continue;
        kc_buf_str(b, first ? "{\"class\":" : ",{\"class\":");
        kc_buf_json(b, c->id, strlen(c->id));
        kc_write_text_member(b, "type", kind_name(c->kind));
        kc_write_text_member(b, "version", c->version);
        kc_buf_str(b, "}");
        first = false;
    }
    kc_buf_str(b, "]");
}

/*
 * GET /connector-plugins; ours beside: refused=true lists the files that were found but not taken, and why.
 */
void kc_get_plugins(struct kc_request *q, struct kc_reply *reply)
{
    const char *only = kc_uri_parameter(&q->uri, "connectorsOnly");

    if (kc_request_flag(q, "refused"))
        list_refused(q->context->registry, &reply->body);
    else
        list_installed(q->context->registry, only == NULL || *only == 0 || strcasecmp(only, "true") == 0,
                       &reply->body);
    kc_reply_json(reply, KC_HTTP_OK);
}

/* By id or alias, of whatever kind; with a version, exactly that one. */
static const struct kc_component_info *find(const struct kc_registry *r, const char *name)
{
    const struct kc_component_info *c = NULL;

    for (uint32_t kind = 0; c == NULL && kind <= KC_KIND_HEADER_CONVERTER; kind++)
        c = kc_registry_find(r, kind, name);
    return c;
}

static const struct kc_component_info *find_version(const struct kc_registry *r, const char *id,
                                                    const char *version)
{
    for (size_t i = 0; i < kc_registry_count(r); i++) {
        const struct kc_component_info *c = kc_registry_at(r, i);

        if (strcmp(c->id, id) == 0 && strcmp(c->version, version) == 0)
            return c;
    }
    return NULL;
}

/* GET /connector-plugins/C/config */
void kc_get_plugin_config(struct kc_request *q, struct kc_reply *reply)
{
    const char *version = kc_uri_parameter(&q->uri, "version");
    const struct kc_component_info *c = find(q->context->registry, q->params[0]);
    bool first = true;

    if (c == NULL || kind_name(c->kind) == NULL) {
        kc_reply_error(reply, KC_HTTP_NOT_FOUND, "Unknown plugin %s.", q->params[0]);
        return;
    }
    if (version != NULL && *version != 0) {
        const struct kc_component_info *exact = find_version(q->context->registry, c->id, version);

        if (exact == NULL) {
            kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                           "Plugin %s is not installed in version %s, but in version %s.", q->params[0],
                           version, c->version);
            return;
        }
        c = exact;
    }
    kc_buf_str(&reply->body, "[");
    for (size_t i = 0; i < c->n_keys; i++) {
        if ((c->keys[i].flags & KC_CFG_INTERNAL) != 0)
            continue;
        kc_buf_str(&reply->body, first ? "" : ",");
        kc_write_config_key(&reply->body, &c->keys[i]);
        first = false;
    }
    kc_buf_str(&reply->body, "]");
    kc_reply_json(reply, KC_HTTP_OK);
}
