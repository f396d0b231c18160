#include "validate/stage_values.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "task/component_open.h"
#include "task/plugin_load.h"
#include "validate/validate_host.h"

enum { KEY_BYTES = 512, SENTENCE_BYTES = KEY_BYTES + sizeof(((struct kc_error *)NULL)->message) };

/* "regex: it is not valid ...", of the role transforms.route. */
static void report_problem(struct kc_report *report, const struct kc_component *component, const char *role,
                           const char *problem)
{
    size_t n = strcspn(problem, ":");
    char key[KEY_BYTES], sentence[SENTENCE_BYTES];

    (void)snprintf(key, sizeof(key), "%.*s", (int)n, problem);
    if (!kc_config_declares(component->config, key)) {
        (void)snprintf(sentence, sizeof(sentence), "%s: %s", role, problem);
        kc_validate_report(report, role, sentence);
        return;
    }
    (void)snprintf(key, sizeof(key), "%s.%.*s", role, (int)n, problem);
    (void)snprintf(sentence, sizeof(sentence), "%s.%s", role, problem);
    kc_validate_report(report, key, sentence);
}

static void check_stage(const cJSON *stage, const struct kc_props *config, struct kc_crash_page *page,
                        struct kc_report *report)
{
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(stage, "kind");
    const char *role = kc_json_text(stage, "role"), *id = kc_json_text(stage, "id");
    struct kc_component_ref component;
    struct kc_error err = KC_ERROR_INIT;
    struct kc_parsed *parsed = NULL;
    kc_status status;

    if (role == NULL || id == NULL || !cJSON_IsNumber(kind))
        return;
    kc_crash_page_enter(page, id, "load");
    status = kc_plugin_load_version(kc_json_text(stage, "file"), (uint32_t)kind->valueint, id,
                                    kc_json_text(stage, "version"), kc_validate_host(), &component, &err);
    if (status < 0) {
        kc_validate_report(report, role, err.message);
    } else {
        kc_crash_page_enter(page, component.label, "check");
        parsed = kc_component_parse(config, role, component.def, &err);
        if (parsed == NULL)
            report_problem(report, component.def, role, err.message);
    }
    kc_parsed_destroy(parsed);
    kc_crash_page_enter(page, id, NULL);
}

void kc_validate_stage_values(const cJSON *stages, const struct kc_props *config, struct kc_crash_page *page,
                              struct kc_report *report)
{
    const cJSON *stage;

    cJSON_ArrayForEach(stage, stages)
    {
        check_stage(stage, config, page, report);
    }
}
