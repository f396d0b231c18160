#include "documents.h"

#include <inttypes.h>
#include <kconnect/config.h>
#include <string.h>

#include "json_syntax.h"
#include "plugin/connector_config.h"
#include "plugin/key_lookup.h"

static void text(struct kc_buf *b, const char *s)
{
    if (s == NULL)
        kc_buf_str(b, "null");
    else
        kc_buf_json(b, s, strlen(s));
}

void kc_write_text_member(struct kc_buf *b, const char *name, const char *value)
{
    kc_buf_printf(b, ",\"%s\":", name);
    text(b, value);
}

static void string_map(struct kc_buf *b, const struct kc_props *p)
{
    kc_buf_str(b, "{");
    for (size_t i = 0; i < kc_props_count(p); i++) {
        kc_buf_str(b, i > 0 ? "," : "");
        text(b, kc_props_key(p, i));
        kc_buf_str(b, ":");
        text(b, kc_props_value(p, i));
    }
    kc_buf_str(b, "}");
}

void kc_write_config(struct kc_buf *b, const struct kc_registry *registry, const struct kc_props *config)
{
    struct kc_props *masked = kc_connector_config_masked(registry, config);

    if (masked == NULL) {
        b->failed = true;
        return;
    }
    string_map(b, masked);
    kc_props_destroy(masked);
}

void kc_write_connector_info(struct kc_buf *b, const struct kc_registry *registry,
                             const struct kc_connector_view *c)
{
    kc_buf_str(b, "{\"name\":");
    text(b, c->name);
    kc_buf_str(b, ",\"config\":");
    kc_write_config(b, registry, c->config);
    kc_buf_str(b, ",\"tasks\":[");
    if (c->has_task) {
        kc_buf_str(b, "{\"connector\":");
        text(b, c->name);
        kc_buf_str(b, ",\"task\":0}");
    }
    kc_buf_str(b, "]");
    kc_write_text_member(b, "type", c->type);
    kc_buf_str(b, "}");
}

void kc_write_task_status(struct kc_buf *b, const struct kc_connector_view *c, enum kc_restarting restarting)
{
    const struct kc_task_view *t = &c->task;
    enum kc_state state = restarting == KC_RESTARTING_ALL ? KC_STATE_RESTARTING : t->state;

    kc_buf_printf(b, "{\"id\":0,\"state\":\"%s\"", kc_state_name(state));
    kc_write_text_member(b, "worker_id", t->worker_id == NULL ? "" : t->worker_id);
    if (t->version != NULL)
        kc_write_text_member(b, "version", t->version);
    if (t->trace != NULL && restarting != KC_RESTARTING_ALL)
        kc_write_text_member(b, "trace", t->trace);
    if (t->state == KC_STATE_RESTARTING && t->attempt > 0 && restarting != KC_RESTARTING_ALL)
        kc_buf_printf(b, ",\"attempt\":%" PRId32 ",\"next_attempt_ms\":%" PRId64, t->attempt,
                      t->next_attempt_ms);
    if (t->progress != NULL && kc_json_syntax(t->progress, strlen(t->progress)))
        kc_buf_printf(b, ",\"progress\":%s", t->progress);
    kc_buf_str(b, "}");
}

/* The version of the connector: what its task reported, else what is installed here. NULL: neither. */
static const char *version_of(const struct kc_request *q, const struct kc_connector_view *c)
{
    const struct kc_component_info *component;

    if (c->has_task && c->task.version != NULL)
        return c->task.version;
    component = kc_connector_component(q->context->registry, c->config);
    return component == NULL ? NULL : component->version;
}

void kc_write_status(struct kc_buf *b, const struct kc_request *q, const struct kc_connector_view *c,
                     enum kc_restarting restarting, const char *message)
{
    enum kc_state state = restarting == KC_RESTARTING_NOTHING ? c->state : KC_STATE_RESTARTING;
    const char *worker = c->assigned_worker, *version = version_of(q, c);

    kc_buf_str(b, "{\"name\":");
    text(b, c->name);
    kc_buf_printf(b, ",\"connector\":{\"state\":\"%s\"", kc_state_name(state));
    kc_write_text_member(b, "worker_id", worker == NULL || *worker == 0 ? q->address : worker);
    if (version != NULL)
        kc_write_text_member(b, "version", version);
    kc_buf_str(b, "},\"tasks\":[");
    if (c->has_task)
        kc_write_task_status(b, c, restarting);
    kc_buf_str(b, "]");
    kc_write_text_member(b, "type", c->type);
    if (message != NULL)
        kc_write_text_member(b, "message", message);
    kc_buf_str(b, "}");
}

static const char *word(uint32_t value, const char *const *words, size_t n)
{
    return words[value < n && words[value] != NULL ? value : 0];
}

static const char *const types[] = {"STRING",
                                    [KC_CFG_BOOLEAN] = "BOOLEAN",
                                    [KC_CFG_STRING] = "STRING",
                                    [KC_CFG_INT] = "INT",
                                    [KC_CFG_SHORT] = "SHORT",
                                    [KC_CFG_LONG] = "LONG",
                                    [KC_CFG_DOUBLE] = "DOUBLE",
                                    [KC_CFG_LIST] = "LIST",
                                    [KC_CFG_CLASS] = "CLASS",
                                    [KC_CFG_PASSWORD] = "PASSWORD"};
static const char *const importances[] = {
    "LOW", [KC_IMPORTANCE_HIGH] = "HIGH", [KC_IMPORTANCE_MEDIUM] = "MEDIUM", [KC_IMPORTANCE_LOW] = "LOW"};
static const char *const widths[] = {[KC_WIDTH_NONE] = "NONE",
                                     [KC_WIDTH_SHORT] = "SHORT",
                                     [KC_WIDTH_MEDIUM] = "MEDIUM",
                                     [KC_WIDTH_LONG] = "LONG"};

#define WORD(value, words) word((value), (words), sizeof(words) / sizeof(*(words)))

void kc_write_config_key(struct kc_buf *b, const struct kc_key_info *key)
{
    kc_buf_str(b, "{\"name\":");
    text(b, key->name);
    kc_buf_printf(b, ",\"type\":\"%s\",\"required\":%s", WORD(key->type, types),
                  (key->flags & KC_CFG_REQUIRED) != 0 ? "true" : "false");
    kc_write_text_member(b, "default_value", key->default_value);
    kc_buf_printf(b, ",\"importance\":\"%s\"", WORD(key->importance, importances));
    kc_write_text_member(b, "documentation", key->doc == NULL ? "" : key->doc);
    kc_write_text_member(b, "group", key->group);
    kc_buf_printf(b, ",\"order_in_group\":%" PRId32 ",\"width\":\"%s\"", key->order,
                  WORD(key->width, widths));
    kc_write_text_member(b, "display_name", key->display_name == NULL ? key->name : key->display_name);
    kc_buf_str(b, ",\"dependents\":[");
    for (size_t i = 0; key->dependents != NULL && key->dependents[i] != NULL; i++) {
        kc_buf_str(b, i > 0 ? "," : "");
        text(b, key->dependents[i]);
    }
    kc_buf_str(b, "]}");
}
