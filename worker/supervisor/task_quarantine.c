#include "supervisor/task_quarantine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "supervisor/quarantine.h"

static const char log_name[] = "worker/supervisor";

/* "mysql-source 0.1.0", as the crash page has it: cut, perhaps. */
static bool is_component(const cJSON *plugin, const char *component)
{
    const char *id = kc_json_text(plugin, "id"), *version = kc_json_text(plugin, "version");
    char text[KC_CRASH_TEXT_BYTES];

    (void)snprintf(text, sizeof(text), "%s %s", id != NULL ? id : "", version != NULL ? version : "");
    return strcmp(text, component) == 0;
}

/* The entry of `plugins` in whose call the process was; the first one, the connector's, when it was in none. */
static const cJSON *culprit(const cJSON *plugins, const struct kc_crash_page *page)
{
    char component[KC_CRASH_TEXT_BYTES];
    const cJSON *item;

    memcpy(component, page->component, sizeof(component));
    component[sizeof(component) - 1] = '\0';
    cJSON_ArrayForEach(item, plugins)
    {
        if (page->since_ms != 0 && is_component(item, component))
            return item;
    }
    return cJSON_GetArrayItem(plugins, 0);
}

static cJSON *parse(const char *plugins)
{
    struct kc_error err = KC_ERROR_INIT;

    return plugins != NULL ? kc_json_parse(plugins, strlen(plugins), &err) : NULL;
}

static void tell(const struct kc_task_slot *s, const char *file, const char *detail)
{
    if (s->options->on_quarantine != NULL)
        s->options->on_quarantine(s->options->hook_arg, file, detail);
}

/* The sentence; what follows it in the trace is the last crash. */
static char *sentence(const struct kc_task_slot *s, const char *trace)
{
    struct kc_buf out = {0};
    char limit[64];

    kc_quarantine_describe(s->options->quarantine, limit, sizeof(limit));
    kc_buf_printf(&out, "quarantined after %s, until the connector is restarted or deployed by hand: %s",
                  limit, trace != NULL ? trace : "it crashed");
    return kc_buf_take(&out);
}

char *kc_task_quarantine_crash(const struct kc_task_slot *s, const struct kc_crash_page *page, char *trace,
                               bool *held)
{
    cJSON *plugins = parse(s->plugins);
    const cJSON *plugin = culprit(plugins, page);
    const char *file = kc_json_text(plugin, "file");
    char *text = NULL, *line;

    *held = s->options->quarantine != NULL && file != NULL &&
            kc_quarantine_crashed(s->options->quarantine, file, s->connector, s->generation, kc_mono_ms());
    if (*held)
        text = sentence(s, trace);
    line = text != NULL ? strndup(text, strcspn(text, "\n")) : NULL;
    if (line != NULL)
        tell(s, file, line);
    free(line);
    cJSON_Delete(plugins);
    if (text == NULL)
        return trace;
    free(trace);
    return text;
}

char *kc_task_quarantine_start(const struct kc_task_slot *s)
{
    cJSON *plugins = s->options->quarantine != NULL ? parse(s->wish.plugins) : NULL;
    const cJSON *item;
    bool held = false;

    cJSON_ArrayForEach(item, plugins)
    {
        const char *file = kc_json_text(item, "file");

        if (file == NULL)
            continue;
        switch (kc_quarantine_start(s->options->quarantine, file, s->connector, s->wish.generation)) {
        case KC_QUARANTINE_HELD: held = true; break;
        case KC_QUARANTINE_LIFTED:
            kc_log_for(KC_INFO, log_name, s->connector, "%s is out of quarantine: it is started by hand",
                       file);
            tell(s, file, NULL);
            break;
        case KC_QUARANTINE_FREE: break;
        }
    }
    cJSON_Delete(plugins);
    return held ? sentence(s, "see GET /connector-plugins?refused=true") : NULL;
}
