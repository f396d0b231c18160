#include "plugin/probe_json.h"

#include <inttypes.h>
#include <string.h>

#include "plugin/probe_check.h"

/* `,"name":"text"`, or nothing where there is no text. */
static void add_text(struct kc_buf *out, const char *name, const char *text)
{
    if (text == NULL)
        return;
    kc_buf_printf(out, ",\"%s\":", name);
    kc_buf_json(out, text, strlen(text));
}

static void add_texts(struct kc_buf *out, const char *name, const char *const *texts)
{
    if (texts == NULL)
        return;
    kc_buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; texts[i] != NULL; i++) {
        kc_buf_str(out, i > 0 ? "," : "");
        kc_buf_json(out, texts[i], strlen(texts[i]));
    }
    kc_buf_str(out, "]");
}

static void add_key(struct kc_buf *out, const struct kc_config_key *key)
{
    kc_buf_printf(out,
                  "{\"type\":%" PRIu32 ",\"flags\":%" PRIu32 ",\"importance\":%" PRIu32 ",\"width\":%" PRIu32,
                  key->type, key->flags, key->importance, key->width);
    kc_buf_printf(out, ",\"order\":%" PRId32 ",\"min\":\"%" PRId64 "\",\"max\":\"%" PRId64 "\"", key->order,
                  key->min, key->max);
    add_text(out, "name", key->name);
    add_text(out, "default_value", key->default_value);
    add_text(out, "doc", key->doc);
    add_text(out, "group", key->group);
    add_text(out, "display_name", key->display_name);
    add_texts(out, "choices", key->choices);
    add_texts(out, "dependents", key->dependents);
    kc_buf_str(out, "}");
}

static void add_component(struct kc_buf *out, const struct kc_component *c)
{
    kc_buf_printf(out, "{\"kind\":%" PRIu32, c->kind);
    add_text(out, "id", c->id);
    add_text(out, "version", c->version);
    add_text(out, "title", c->title);
    add_text(out, "doc", c->doc);
    add_texts(out, "aliases", c->aliases);
    kc_buf_str(out, ",\"keys\":[");
    for (uint32_t i = 0; c->config != NULL && i < c->config->n_keys; i++) {
        kc_buf_str(out, i > 0 ? "," : "");
        add_key(out, kc_probe_key(c->config, i));
    }
    kc_buf_str(out, "]}");
}

void kc_probe_json_plugin(const struct kc_plugin *plugin, struct kc_buf *out)
{
    kc_buf_str(out, "{\"outcome\":\"loaded\"");
    add_text(out, "name", plugin->name);
    add_text(out, "version", plugin->version);
    kc_buf_str(out, ",\"components\":[");
    for (uint32_t i = 0; i < plugin->n_components; i++) {
        kc_buf_str(out, i > 0 ? "," : "");
        add_component(out, plugin->components[i]);
    }
    kc_buf_str(out, "]}\n");
}

void kc_probe_json_refusal(const char *reason, const char *detail, struct kc_buf *out)
{
    kc_buf_str(out, "{\"outcome\":\"refused\"");
    add_text(out, "reason", reason);
    add_text(out, "detail", detail);
    kc_buf_str(out, "}\n");
}
