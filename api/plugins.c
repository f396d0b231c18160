#include <kconnect/config.h>
#include <kconnect/plugin.h>
#include <stdlib.h>
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

static void write_refused(void *arg, const struct kc_refused_info *f)
{
    struct kc_buf *b = arg;

    kc_buf_str(b, b->len > 1 ? ",{\"file\":" : "{\"file\":");
    kc_buf_json(b, f->file, strlen(f->file));
    kc_write_text_member(b, "reason", f->reason);
    kc_write_text_member(b, "detail", f->detail);
    kc_buf_str(b, "}");
}

static void list_refused(const struct kc_registry *r, struct kc_buf *b)
{
    kc_buf_str(b, "[");
    kc_registry_each_refused(r, write_refused, b);
    kc_buf_str(b, "]");
}

static void list_installed(const struct kc_registry *r, bool connectors_only, struct kc_buf *b)
{
    const struct kc_component_info **list;
    bool first = true;
    size_t n;

    list = kc_registry_list(r, &n);
    kc_buf_str(b, "[");
    for (size_t i = 0; i < n; i++) {
        const struct kc_component_info *c = list[i];

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
    free(list);
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

/* By id or alias, of whatever kind that Kafka Connect lists. */
static const struct kc_component_info *find(const struct kc_registry *r, const char *name)
{
    const struct kc_component_info *c = NULL;

    for (uint32_t kind = 0; c == NULL && kind <= KC_KIND_HEADER_CONVERTER; kind++)
        c = kc_registry_find(r, kind, name);
    return c == NULL || kind_name(c->kind) == NULL ? NULL : c;
}

/* GET /connector-plugins/C/config[?version=V]: V is a version or a range, as in *.plugin.version */
void kc_get_plugin_config(struct kc_request *q, struct kc_reply *reply)
{
    const char *version = kc_uri_parameter(&q->uri, "version");
    const struct kc_component_info *c = find(q->context->registry, q->params[0]);
    struct kc_error err = KC_ERROR_INIT;
    bool first = true;

    if (c == NULL) {
        kc_reply_error(reply, KC_HTTP_NOT_FOUND, "Unknown plugin %s.", q->params[0]);
        return;
    }
    c = kc_registry_select(q->context->registry, c->kind, q->params[0], version, &err);
    if (c == NULL) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "Plugin %s, version: %s.", q->params[0], err.message);
        return;
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
