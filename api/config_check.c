#include "config_check.h"

#include <ctype.h>
#include <kconnect/plugin.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "documents.h"
#include "plugin/config_providers.h"
#include "plugin/connector_config.h"
#include "plugin/key_lookup.h"
#include "stored_offsets.h"

static const char ENDPOINT[] = "\nYou can also find the above list of errors at the endpoint "
                               "`/connector-plugins/{connectorType}/config/validate`";

enum { RETRY_CHECK_S = 5 };

bool kc_trim(const char *text, char *out, size_t size)
{
    size_t n;

    while (isspace((unsigned char)*text))
        text++;
    n = strlen(text);
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        n--;
    if (n >= size)
        return false;
    memcpy(out, text, n);
    out[n] = 0;
    return true;
}

bool kc_config_name(struct kc_props *config, const char *name, struct kc_reply *reply)
{
    const char *given = kc_props_get(config, "name");
    char trimmed[128];

    if (given != NULL && (!kc_trim(given, trimmed, sizeof(trimmed)) || strcmp(trimmed, name) != 0)) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                       "Connector name configuration (%s) doesn't match connector name in the URL (%s)",
                       given, name);
        return false;
    }
    if (kc_props_set(config, "name", name) != KC_OK) {
        reply->body.failed = true;
        return false;
    }
    return true;
}

bool kc_config_depth(const struct kc_request *q, enum kc_check_depth *out, struct kc_reply *reply)
{
    const char *text = kc_uri_parameter(&q->uri, "validateOnly");

    *out = text == NULL ? KC_CHECK_ALL : KC_CHECK_DECLARED;
    if (text == NULL || strcmp(text, "declared") == 0)
        return true;
    kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                   "The parameter validateOnly knows one value, declared, which leaves out the checks that "
                   "connect to the other system.");
    return false;
}

/*
 * Passes problems on, and notes whether one is about a key of the connector's own, or about another one. What is said
 * about a value that the connector's process gets from a config provider is left out: that process checks it again
 * when it knows it.
 */
struct sieve {
    const struct kc_props *worker, *config;
    const struct kc_component_info *component;
    kc_config_problem_fn *problem;
    void *arg;
    bool own, other;
};

static void pass(void *arg, const char *key, const char *sentence)
{
    struct sieve *s = arg;
    bool own = false;

    if (key != NULL && kc_config_refers(s->worker, s->config, key))
        return;
    for (size_t i = 0; key != NULL && i < s->component->n_keys; i++)
        own = own || strcmp(s->component->keys[i].name, key) == 0;
    s->own = s->own || own;
    s->other = s->other || !own;
    s->problem(s->arg, key, sentence);
}

/* Converters that the connector leaves to the worker; those that it names have been looked at. */
static void check_workers_converters(const struct kc_registry *r, struct sieve *s)
{
    static const char *const keys[][2] = {
        {"key", "key.converter"}, {"value", "value.converter"}, {"header", "header.converter"}};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct kc_error err = KC_ERROR_INIT;

        if (kc_props_or(s->config, keys[i][1], "")[0] == '\0' &&
            kc_connector_converter_check(r, s->worker, s->config, keys[i][0], &err) < 0)
            s->problem(s->arg, keys[i][1], err.message);
    }
}

bool kc_config_problems(struct kc_request *q, const struct kc_component_info *component,
                        const struct kc_props *config, enum kc_check_depth depth,
                        kc_config_problem_fn *problem, kc_config_advice_fn *advice, void *arg,
                        struct kc_reply *reply)
{
    const struct kc_props *worker = q->context->config->props;
    struct sieve sieve = {
        .worker = worker, .config = config, .component = component, .problem = problem, .arg = arg};
    struct kc_validator *v = q->context->validator;
    size_t n_references;
    struct kc_error err = KC_ERROR_INIT;
    kc_status status;
    char *offsets;

    (void)kc_connector_config_check(q->context->registry, config, pass, &sieve);
    check_workers_converters(q->context->registry, &sieve);
    n_references = kc_config_references_check(q->context->registry, worker, config, problem, arg);
    if (depth == KC_CHECK_DECLARED || sieve.own || n_references > 0 || v == NULL)
        return true;
    status = kc_validator_enter(v, q->stopping, &err);
    if (status >= 0) {
        offsets = component->kind == KC_KIND_SOURCE ? kc_stored_offsets(q, config) : NULL;
        status = kc_validator_run(v,
                                  &(struct kc_validation){.registry = q->context->registry,
                                                          .component = component,
                                                          .config = config,
                                                          .stages = !sieve.other,
                                                          .offsets = offsets,
                                                          .stopping = q->stopping,
                                                          .problem = problem,
                                                          .advice = advice,
                                                          .arg = arg},
                                  &err);
        free(offsets);
        kc_validator_leave(v);
    }
    if (status >= 0)
        return true;
    kc_reply_unavailable(reply, RETRY_CHECK_S, "%s", err.message);
    return false;
}

/* The sentences of Kafka Connect's 400. */
struct refusal {
    struct kc_buf sentences;
    size_t n;
};

static void collect(void *arg, const char *key, const char *sentence)
{
    struct refusal *r = arg;

    (void)key;
    kc_buf_printf(&r->sentences, "\n%s", sentence);
    r->n++;
}

static void reply_no_class(struct kc_request *q, const struct kc_props *config, struct kc_reply *reply)
{
    struct kc_buf shown = {0};

    kc_write_config(&shown, q->context->registry, config);
    kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "Connector config %s contains no connector type",
                   shown.failed ? "{}" : shown.data);
    kc_buf_finish(&shown);
}

static void reply_unknown_class(struct kc_request *q, const char *class, struct kc_reply *reply)
{
    const struct kc_component_info **list;
    struct kc_buf names = {0};
    size_t n;

    list = kc_registry_list(q->context->registry, &n);
    for (size_t i = 0; i < n; i++) {
        const struct kc_component_info *c = list[i];

        if (c->kind == KC_KIND_SOURCE || c->kind == KC_KIND_SINK)
            kc_buf_printf(&names, "%s%s %s", names.len > 0 ? ", " : "", c->id, c->version);
    }
    free(list);
    kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                   "No connector plugin is called %s (connector.class); installed are: %s.", class,
                   names.len > 0 && !names.failed ? names.data : "none, check plugin.path");
    kc_buf_finish(&names);
}

bool kc_config_acceptable(struct kc_request *q, const struct kc_props *config, enum kc_check_depth depth,
                          const char **type, struct kc_reply *reply)
{
    const char *class = kc_props_get(config, "connector.class");
    const struct kc_component_info *component;
    struct refusal refusal = {0};
    bool good;

    if (class == NULL) {
        reply_no_class(q, config, reply);
        return false;
    }
    component = kc_connector_component(q->context->registry, config);
    if (component == NULL) {
        reply_unknown_class(q, class, reply);
        return false;
    }
    *type = component->kind == KC_KIND_SINK ? "sink" : "source";
    good = kc_config_problems(q, component, config, depth, collect, NULL, &refusal, reply);
    if (good && refusal.n > 0) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST,
                       "Connector configuration is invalid and contains the following %zu error(s):%s%s",
                       refusal.n, refusal.sentences.data == NULL ? "" : refusal.sentences.data, ENDPOINT);
        good = false;
    }
    kc_buf_finish(&refusal.sentences);
    return good;
}

/* A Host header goes into Location only when it looks like a host: nobody may smuggle anything through it. */
static bool plain_host(const char *host)
{
    return host != NULL && *host != 0 &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") ==
               strlen(host);
}

void kc_reply_connector(struct kc_request *q, const char *name, bool created, struct kc_reply *reply)
{
    const struct kc_connector_view *c = kc_fleet_find(q->view, name);
    struct kc_buf location = {0};

    if (c == NULL) { /* made, and deleted by somebody in this very moment */
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, name);
        return;
    }
    kc_write_connector_info(&reply->body, q->context->registry, c);
    kc_reply_json(reply, created ? KC_HTTP_CREATED : KC_HTTP_OK);
    if (!created)
        return;
    /* No character of a valid name needs an escape in a path. */
    kc_buf_printf(&location, "http://%s/connectors/%s", plain_host(q->head.host) ? q->head.host : q->address,
                  name);
    reply->location = kc_buf_take(&location);
}
