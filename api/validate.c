#include <kconnect/config.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "config_check.h"
#include "documents.h"
#include "plugin/connector_config.h"
#include "plugin/key_lookup.h"
#include "plugin/stage_keys.h"
#include "resources.h"

/* What one validation found, collected before it is written. Texts belong to it. */
struct findings {
    struct problem {
        char *key; /* NULL: about the whole */
        char *sentence;
        bool shown;
    } * items;
    size_t n;
    struct advice {
        char *key;
        char *choice; /* NULL: it is about `visible` */
        bool visible;
    } * advice;
    size_t n_advice;
    bool failed; /* out of memory */
};

static void collect(void *arg, const char *key, const char *sentence)
{
    struct findings *f = arg;
    struct problem *items = realloc(f->items, (f->n + 1) * sizeof(*items));

    if (items == NULL) {
        f->failed = true;
        return;
    }
    f->items = items;
    items[f->n] = (struct problem){.key = key == NULL ? NULL : strdup(key), .sentence = strdup(sentence)};
    f->failed = f->failed || items[f->n].sentence == NULL || (key != NULL && items[f->n].key == NULL);
    f->n++;
}

static void collect_advice(void *arg, const char *key, const char *choice, bool visible)
{
    struct findings *f = arg;
    struct advice *advice = realloc(f->advice, (f->n_advice + 1) * sizeof(*advice));

    if (advice == NULL) {
        f->failed = true;
        return;
    }
    f->advice = advice;
    advice[f->n_advice] = (struct advice){
        .key = strdup(key), .choice = choice == NULL ? NULL : strdup(choice), .visible = visible};
    f->failed = f->failed || advice[f->n_advice].key == NULL ||
                (choice != NULL && advice[f->n_advice].choice == NULL);
    f->n_advice++;
}

static void findings_finish(struct findings *f)
{
    for (size_t i = 0; i < f->n_advice; i++) {
        free(f->advice[i].key);
        free(f->advice[i].choice);
    }
    free(f->advice);
    for (size_t i = 0; i < f->n; i++) {
        free(f->items[i].key);
        free(f->items[i].sentence);
    }
    free(f->items);
}

/* Everything one ConfigInfos is written from. */
struct validation {
    const struct kc_component_info *component;
    const struct kc_key_info *common;
    size_t n_common;
    struct kc_stage_keys stages; /* of transforms, predicates and converters */
    struct kc_props *config;     /* as sent, with secrets masked */
    struct findings findings;
};

static size_t key_count(const struct validation *v)
{
    return v->n_common + v->stages.n + v->component->n_keys;
}

/* The keys that all have, then those of transforms, predicates and converters, then the connector's own. */
static const struct kc_key_info *key_at(const struct validation *v, size_t i)
{
    if (i < v->n_common)
        return &v->common[i];
    i -= v->n_common;
    return i < v->stages.n ? &v->stages.keys[i] : &v->component->keys[i - v->stages.n];
}

/* A connector may declare a key again that all have, for another default: then only its own counts. */
static bool overridden(const struct validation *v, size_t i)
{
    for (size_t k = 0; i < v->n_common && k < v->component->n_keys; k++)
        if (strcmp(v->component->keys[k].name, v->common[i].name) == 0)
            return true;
    return false;
}

static bool hidden(const struct validation *v, size_t i)
{
    return (key_at(v, i)->flags & KC_CFG_INTERNAL) != 0 || overridden(v, i);
}

static void write_groups(struct kc_buf *b, const struct validation *v)
{
    bool first = true;

    kc_buf_str(b, ",\"groups\":[");
    for (size_t i = 0; i < key_count(v); i++) {
        const char *group = key_at(v, i)->group;
        bool seen = group == NULL || hidden(v, i);

        for (size_t k = 0; k < i && !seen; k++)
            seen = !hidden(v, k) && key_at(v, k)->group != NULL && strcmp(key_at(v, k)->group, group) == 0;
        if (seen)
            continue;
        kc_buf_str(b, first ? "" : ",");
        kc_buf_json(b, group, strlen(group));
        first = false;
    }
    kc_buf_str(b, "]");
}

/* The errors of one key as a JSON array. */
static void write_errors(struct kc_buf *b, struct validation *v, const char *name)
{
    bool first = true;

    kc_buf_str(b, "[");
    for (size_t i = 0; i < v->findings.n; i++) {
        struct problem *p = &v->findings.items[i];

        if (strcmp(p->key, name) != 0)
            continue;
        kc_buf_str(b, first ? "" : ",");
        kc_buf_json(b, p->sentence, strlen(p->sentence));
        p->shown = true;
        first = false;
    }
    kc_buf_str(b, "]");
}

static void write_choice(struct kc_buf *b, const char *choice, bool *first)
{
    kc_buf_str(b, *first ? "" : ",");
    kc_buf_json(b, choice, strlen(choice));
    *first = false;
}

/* What the plugin recommends for this configuration, or else what is declared. */
static void write_choices(struct kc_buf *b, const struct validation *v, const char *name,
                          const struct kc_key_info *key)
{
    bool first = true;

    kc_buf_str(b, "[");
    for (size_t i = 0; i < v->findings.n_advice; i++) {
        const struct advice *a = &v->findings.advice[i];

        if (a->choice != NULL && strcmp(a->key, name) == 0)
            write_choice(b, a->choice, &first);
    }
    if (!first)
        key = NULL;
    for (size_t i = 0; key != NULL && key->choices != NULL && key->choices[i] != NULL; i++)
        write_choice(b, key->choices[i], &first);
    kc_buf_str(b, "]");
}

static bool is_visible(const struct validation *v, const char *name)
{
    bool visible = true;

    for (size_t i = 0; i < v->findings.n_advice; i++) {
        const struct advice *a = &v->findings.advice[i];

        if (a->choice == NULL && strcmp(a->key, name) == 0)
            visible = a->visible;
    }
    return visible;
}

static void write_value(struct kc_buf *b, struct validation *v, const char *name,
                        const struct kc_key_info *key)
{
    const char *value = kc_props_get(v->config, name);

    if (value == NULL && key != NULL)
        value = key->default_value;
    kc_buf_str(b, ",\"value\":{\"name\":");
    kc_buf_json(b, name, strlen(name));
    kc_write_text_member(b, "value", value);
    kc_buf_str(b, ",\"recommended_values\":");
    write_choices(b, v, name, key);
    kc_buf_str(b, ",\"errors\":");
    write_errors(b, v, name);
    kc_buf_printf(b, ",\"visible\":%s}", is_visible(v, name) ? "true" : "false");
}

static void write_configs(struct kc_buf *b, struct validation *v)
{
    bool first = true;

    kc_buf_str(b, ",\"configs\":[");
    for (size_t i = 0; i < key_count(v); i++) {
        if (hidden(v, i))
            continue;
        kc_buf_str(b, first ? "{\"definition\":" : ",{\"definition\":");
        kc_write_config_key(b, key_at(v, i));
        write_value(b, v, key_at(v, i)->name, key_at(v, i));
        kc_buf_str(b, "}");
        first = false;
    }
    /* Errors on keys that nobody declares, as Kafka Connect shows them: without a definition. */
    for (size_t i = 0; i < v->findings.n; i++) {
        const struct problem *p = &v->findings.items[i];

        if (p->shown)
            continue;
        kc_buf_str(b, first ? "{\"definition\":null" : ",{\"definition\":null");
        write_value(b, v, p->key, NULL);
        kc_buf_str(b, "}");
        first = false;
    }
    kc_buf_str(b, "]");
}

/*
 * A problem about the whole has no key of its own in Kafka Connect's answer: it is shown on connector.class.
 */
static void assign_whole(struct findings *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->items[i].key != NULL)
            continue;
        f->items[i].key = strdup("connector.class");
        f->failed = f->failed || f->items[i].key == NULL;
    }
}

static void write_infos(struct kc_buf *b, struct validation *v, const char *class)
{
    assign_whole(&v->findings);
    kc_buf_str(b, "{\"name\":");
    kc_buf_json(b, class, strlen(class));
    kc_buf_printf(b, ",\"error_count\":%zu", v->findings.n);
    write_groups(b, v);
    write_configs(b, v);
    kc_buf_str(b, "}");
}

/* The component that both path and body mean; NULL: the reply is complete. */
static const struct kc_component_info *meant(struct kc_request *q, const struct kc_props *config,
                                             struct kc_reply *reply)
{
    const char *class = kc_props_get(config, "connector.class"), *wanted = q->params[0];
    const struct kc_component_info *c = kc_registry_find(q->context->registry, 0, wanted);

    if (c == NULL)
        kc_reply_error(reply, KC_HTTP_NOT_FOUND, "Unknown plugin %s.", wanted);
    else if (class == NULL)
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "The configuration must name its connector.class.");
    else if (kc_registry_find(q->context->registry, 0, class) != c)
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                       "Included connector type %s does not match request type %s", class, wanted);
    else
        return kc_connector_component(q->context->registry, config);
    return NULL;
}

/* Masks stand for what is stored under the configuration's name, as they would in a PUT. */
static void unmask(struct kc_request *q, struct kc_props *config)
{
    const char *name = kc_props_get(config, "name");
    const struct kc_connector_view *c = name == NULL ? NULL : kc_fleet_find(q->view, name);

    if (c != NULL)
        (void)kc_connector_config_unmask(q->context->registry, config, c->config, NULL);
}

static void validate(struct kc_request *q, struct kc_props *config, struct kc_reply *reply)
{
    struct validation v = {.component = meant(q, config, reply)};
    enum kc_check_depth depth;

    if (v.component == NULL || !kc_config_depth(q, &depth, reply))
        return;
    unmask(q, config);
    v.common = kc_common_keys(v.component->kind, &v.n_common);
    v.config = kc_connector_config_masked(q->context->registry, config);
    kc_stage_keys_make(&v.stages, q->context->registry, v.component, config);
    if (!kc_config_problems(q, v.component, config, depth, collect, collect_advice, &v.findings, reply)) {
        /* the reply says why nothing is known */
    } else if (v.config == NULL || v.findings.failed || v.stages.failed) {
        reply->body.failed = true;
    } else {
        write_infos(&reply->body, &v, kc_props_get(config, "connector.class"));
        kc_reply_json(reply, KC_HTTP_OK);
        reply->body.failed = reply->body.failed || v.findings.failed;
    }
    kc_stage_keys_finish(&v.stages);
    kc_props_destroy(v.config);
    findings_finish(&v.findings);
}

/*
 * PUT /connector-plugins/C/config/validate: what the declarations say about a configuration, and what the plugin finds
 * out by trying; nothing is stored.
 */
void kc_put_validate(struct kc_request *q, struct kc_reply *reply)
{
    struct kc_error err = KC_ERROR_INIT;
    cJSON *body = kc_request_object(q, "an object of configuration keys and values", reply);
    struct kc_props *nulls = kc_props_create(), *config = NULL;

    if (body == NULL)
        goto done;
    /* A null is a key that was not given, which is what the check has to tell. */
    config = kc_json_to_props(body, nulls, &err);
    if (config == NULL)
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", err.message);
    else
        validate(q, config, reply);
done:
    kc_props_destroy(config);
    kc_props_destroy(nulls);
    cJSON_Delete(body);
}
