#include "offsets_check.h"

#include <string.h>

#include <kconnect/plugin.h>

#include "plugin/config_providers.h"
#include "plugin/key_lookup.h"
#include "validate/validator.h"

enum { RETRY_CHECK_S = 5 };

const char *kc_offsets_hidden_key(const struct kc_request *q, const struct kc_props *config)
{
    static const char *const prefixes[] = {"producer.override.", "consumer.override.", "admin.override."};

    for (size_t i = 0; i < kc_props_count(config); i++) {
        const char *key = kc_props_key(config, i);

        for (size_t k = 0; k < sizeof(prefixes) / sizeof(prefixes[0]); k++)
            if (strncmp(key, prefixes[k], strlen(prefixes[k])) == 0 &&
                kc_config_refers(q->context->config->props, config, key))
                return key;
    }
    return NULL;
}

/* The first problem is the answer. */
static void take(void *arg, const char *key, const char *sentence)
{
    struct kc_reply *reply = arg;

    (void)key;
    if (reply->body.len == 0)
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s", sentence);
}

bool kc_offsets_acceptable(struct kc_request *q, const struct kc_connector_view *c, struct kc_reply *reply)
{
    const struct kc_registry *registry = q->context->registry;
    const struct kc_component_info *component = kc_connector_component(registry, c->config);
    struct kc_validation check = {.registry = registry,
                                  .component = component,
                                  .config = c->config,
                                  .changes = q->body.data,
                                  .stopping = q->stopping,
                                  .problem = take,
                                  .arg = reply};
    struct kc_validator *v = q->context->validator;
    struct kc_error err = KC_ERROR_INIT;
    kc_status status;

    if (v == NULL || component == NULL || component->kind != KC_KIND_SOURCE)
        return true;
    status = kc_validator_enter(v, q->stopping, &err);
    if (status >= 0) {
        status = kc_validator_run(v, &check, &err);
        kc_validator_leave(v);
    }
    if (status < 0)
        kc_reply_unavailable(reply, RETRY_CHECK_S, "%s", err.message);
    return status >= 0 && reply->body.len == 0;
}
