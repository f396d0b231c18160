/*
 * config_resolve.h - replaces the references ${provider:path:key} in a configuration by what config providers answer.
 *
 * Runs in the connector's own process (task or validate), before anything looks at a value, so any key that is read there
 * may hold references. What comes of it stays in this process: the sentences of failures name keys, providers and paths, never
 * a value, and where somebody else puts a value into a sentence, base/redact.h puts the reference there instead.
 *
 * As Kafka's ConfigTransformer: several references in one value are replaced each; what a provider answers is not
 * searched again; a reference to a provider that is not configured is left as it is. Unlike there, a key that a provider
 * does not have is a failure: connecting with "${file:...}" as the password helps nobody.
 */
#ifndef KC_TASK_CONFIG_RESOLVE_H
#define KC_TASK_CONFIG_RESOLVE_H

#include <cjson/cJSON.h>
#include <kconnect/host.h>

#include "base/error.h"
#include "base/props.h"
#include "supervisor/crash_page.h"

struct kc_task;

enum {
    KC_RESOLVE_MAX_REFERENCES = 1000,     /* different ones */
    KC_RESOLVE_MAX_VALUE_BYTES = 1 << 20, /* of one value, references replaced */
    KC_RESOLVE_MAX_BYTES = 16 << 20,      /* of all values with references in them */
};

/* Who resolves. */
struct kc_resolver {
    const cJSON
        *providers; /* [{"name","id","version","file","config":{}}]: only those that are needed; NULL: none */
    const struct kc_host *host;
    struct kc_crash_page *page; /* NULL: none */
    struct kc_task *task;       /* whose context plugins get; NULL: none */
};

/*
 * Replaces in place, in all of `props` (of which some may be NULL). KC_OK: every reference to a configured provider is
 * replaced. Else *err begins with the key: KC_ERR_CONFIG, or what a provider answered, and nothing was
 * changed; or KC_ERR_NOMEM. Providers
 * are opened and closed inside of the call; each get() has the watchdog's deadline of "get".
 */
kc_status kc_config_resolve(const struct kc_resolver *resolver, struct kc_props *const *props, size_t n,
                            struct kc_error *err);

#endif
