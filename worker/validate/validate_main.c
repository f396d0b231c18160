/* validate_main.c - the child that runs one plugin's own check of one configuration. Lives for seconds. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kconnect/connector.h>

#include "base/json.h"
#include "base/log.h"
#include "supervisor/control.h"
#include "supervisor/crash_page.h"
#include "task/config_resolve.h"
#include "task/parse_config.h"
#include "task/plugin_load.h"
#include "validate/stage_values.h"
#include "validate/validate_host.h"
#include "validate/validator.h"

enum { EXIT_DONE = 0, EXIT_BROKEN = 1 };

/* INTERNAL key for sources that derive something from the fleet; a task is given it, too. */
static const char fleet_key[] = "kconnect.group.id";

/* Texts are borrowed from `json`. */
struct job {
    cJSON *json;
    const char *id, *version, *file; /* version "": whichever the file has first */
    uint32_t kind;
    struct kc_props *config;
    struct kc_offset_changes offsets;
    struct kc_offset_changes changes;
    bool check_offsets; /* asked about `changes`, not about the configuration */
    struct kc_crash_page *page;
    struct kc_report report;
};

/*
 * The kernel ends this process when the worker's thread that started it ends. The worker may have died before the
 * request was made: then the peer of the socketpair is not the parent any more.
 */
static bool tie_to_worker(void)
{
    struct ucred peer = {0};
    socklen_t len = sizeof(peer);

    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
           getsockopt(KC_CONTROL_FD, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid == getppid();
}

/* A crash is an expected thing here: no core file, in which passwords would lie. */
static void prepare_process(void)
{
    const struct rlimit no_core = {0, 0};

    (void)prctl(PR_SET_NAME, "kc-validate");
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* Everything up to the end that the worker sets. NULL: no request. */
static cJSON *read_request(void)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_buf text = {0};
    char bytes[4096];
    cJSON *json;
    ssize_t n;

    do {
        n = read(KC_CONTROL_FD, bytes, sizeof(bytes));
        if (n > 0)
            kc_buf_add(&text, bytes, (size_t)n);
    } while (n > 0 || (n < 0 && errno == EINTR));
    json = text.failed || text.len == 0 ? NULL : kc_json_parse(text.data, text.len, &err);
    if (text.data != NULL)
        explicit_bzero(text.data, text.len);
    kc_buf_finish(&text);
    return json;
}

/* Without offsets, or with some that can't be read, nothing is known: the start of the task will tell. */
static void read_offsets(struct job *j)
{
    const char *text = kc_json_text(j->json, "offsets");
    struct kc_error err = KC_ERROR_INIT;

    if (text != NULL && kc_offset_changes_read(text, strlen(text), &j->offsets, &err) == KC_OK)
        kc_validate_host_offsets(&j->offsets);
    text = kc_json_text(j->json, "changes");
    j->check_offsets = text != NULL && kc_offset_changes_read(text, strlen(text), &j->changes, &err) == KC_OK;
}

static bool read_job(struct job *j)
{
    struct kc_error err = KC_ERROR_INIT;
    const char *kind, *level, *format, *group;
    enum kc_log_level parsed;

    j->json = read_request();
    j->id = kc_json_text(j->json, "id");
    j->file = kc_json_text(j->json, "file");
    j->version = kc_json_text(j->json, "version");
    if (j->version == NULL)
        j->version = "";
    kind = kc_json_text(j->json, "kind");
    group = kc_json_text(j->json, "group_id");
    level = kc_json_text(j->json, "log_level");
    format = kc_json_text(j->json, "log_format");
    if (j->id == NULL || j->file == NULL || kind == NULL || group == NULL)
        return false;
    if (level != NULL && kc_log_level_parse(level, &parsed))
        kc_log_set_level(parsed);
    kc_log_set_format(format != NULL && strcmp(format, "json") == 0 ? KC_LOG_JSON : KC_LOG_TEXT);
    j->kind = strcmp(kind, "sink") == 0 ? KC_KIND_SINK : KC_KIND_SOURCE;
    read_offsets(j);
    j->config = kc_json_to_props(kc_json_member(j->json, "config"), NULL, &err);
    j->page = kc_crash_page_attach(KC_CRASH_FD, &err); /* before any plugin's code is there to crash */
    return j->config != NULL && j->page != NULL;
}

static const struct kc_planner_ops *planner_of(const struct kc_component *c)
{
    const struct kc_source_ops *source = c->ops;
    const struct kc_sink_ops *sink = c->ops;

    if (c->kind == KC_KIND_SINK)
        return KC_HAS(struct kc_sink_ops, sink, planner) ? sink->planner : NULL;
    return KC_HAS(struct kc_source_ops, source, planner) ? source->planner : NULL;
}

/* A sentence about one key begins with it. */
static void report_sentence(struct job *j, const struct kc_component *c, const struct kc_error *err)
{
    char key[256];
    bool known;

    (void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(err->message, ": "), err->message);
    known = kc_config_declares(c->config, key) || kc_props_get(j->config, key) != NULL;
    kc_validate_report(&j->report, known ? key : NULL, err->message);
}

/* Before anything looks at a value. What is checked are values, as in the task. */
static kc_status resolve(struct job *j, struct kc_error *err)
{
    struct kc_resolver resolver = {
        .providers = kc_json_member(j->json, "providers"), .host = kc_validate_host(), .page = j->page};

    return kc_config_resolve(&resolver, &j->config, 1, err);
}

static kc_status ask_about_offsets(struct job *j, const struct kc_planner_ops *planner,
                                   const struct kc_map *config, struct kc_error *err)
{
    struct kc_offset_change *list = calloc(j->changes.n + 1, sizeof(*list));
    kc_status status;

    if (list == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < j->changes.n; i++) {
        list[i].partition = j->changes.items[i].partition->map;
        if (j->changes.items[i].offset != NULL)
            list[i].offset = j->changes.items[i].offset->map;
    }
    status = planner->check_offsets(NULL, config, list, (uint32_t)j->changes.n, err);
    free(list);
    return status;
}

static kc_status ask(struct job *j, const struct kc_component_ref *component, const struct kc_map *config,
                     struct kc_error *err)
{
    const struct kc_planner_ops *planner = planner_of(component->def);
    bool able = planner != NULL && (j->check_offsets ? KC_CAN(struct kc_planner_ops, planner, check_offsets)
                                                     : KC_CAN(struct kc_planner_ops, planner, validate));
    kc_status status;

    if (!able)
        return KC_OK;
    kc_crash_page_enter(j->page, component->label, j->check_offsets ? "check_offsets" : "validate");
    status = j->check_offsets ? ask_about_offsets(j, planner, config, err)
                              : planner->validate(NULL, config, &j->report, err);
    kc_crash_page_enter(j->page, component->label, NULL);
    return status;
}

/* What each key's own recommend() has to say, now that all values are known. */
static void recommend(struct job *j, const struct kc_component_ref *component, const struct kc_map *config)
{
    const struct kc_config_def *def = component->def->config;

    for (uint32_t i = 0; def != NULL && i < def->n_keys; i++) {
        const struct kc_config_key *key =
            (const void *)((const uint8_t *)(const void *)def->keys + (size_t)i * def->key_size);

        if (def->key_size < offsetof(struct kc_config_key, recommend) + sizeof(key->recommend) ||
            key->recommend == NULL)
            continue;
        kc_crash_page_enter(j->page, component->label, "recommend");
        key->recommend(key->name, config, &j->report);
        kc_crash_page_enter(j->page, component->label, NULL);
    }
}

static void check(struct job *j, const struct kc_component_ref *component)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_parsed *config = NULL;
    kc_status status = resolve(j, &err);

    if (status == KC_OK && !j->check_offsets)
        kc_validate_stage_values(kc_json_member(j->json, "stages"), j->config, j->page, &j->report);
    if (status == KC_OK) {
        kc_crash_page_enter(j->page, component->label, "check");
        config = kc_config_parse(component->def->config, j->config, &err);
        kc_crash_page_enter(j->page, component->label, NULL);
    }
    if (config == NULL) {
        if (!j->check_offsets) /* else nothing is known about them, and the start of the task will tell */
            report_sentence(j, component->def, &err);
        return;
    }
    if (!j->check_offsets)
        recommend(j, component, kc_parsed_map(config));
    status = ask(j, component, kc_parsed_map(config), &err);
    if (status < 0)
        kc_validate_report(&j->report, NULL,
                           err.message[0] != '\0' ? err.message
                                                  : "the connector refused this and gave no reason");
    kc_parsed_destroy(config);
}

static bool add_fleet(struct job *j, const struct kc_component *c)
{
    return !kc_config_declares(c->config, fleet_key) ||
           kc_props_set(j->config, fleet_key, kc_json_text(j->json, "group_id")) == KC_OK;
}

int kc_validate_main(void)
{
    struct job job = {.report = {.fd = KC_CONTROL_FD}};
    struct kc_component_ref component;
    struct kc_error err = KC_ERROR_INIT;

    prepare_process();
    if (!tie_to_worker() || !read_job(&job)) {
        (void)fprintf(stderr, "kconnect validate: only a worker starts this role\n");
        return EXIT_BROKEN;
    }
    kc_crash_page_enter(job.page, job.id, "load");
    if (kc_plugin_load_version(job.file, job.kind, job.id, job.version, kc_validate_host(), &component,
                               &err) < 0)
        kc_validate_report(&job.report, "connector.class", err.message);
    else if (add_fleet(&job, component.def))
        check(&job, &component);
    kc_validate_report_done(&job.report);
    /* Not exit(): a plugin's destructors and atexit functions have no business here. */
    (void)fflush(NULL);
    _exit(EXIT_DONE);
}
