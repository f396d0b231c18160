/* RegexRouter: a topic whose whole name matches a pattern gets another name. */
#include "components.h"
#include "regex.h"
#include "settings.h"
#include "topic_cache.h"

enum { MAX_NAME = 1024 }; /* more than Kafka's 249, so that the message can show what came out */

struct router {
    struct kc_smt base;
    struct kc_regex *regex;
    struct kc_str replacement;
    struct kc_topic_cache cache;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("regex", KC_CFG_STRING, NULL, KC_CFG_REQUIRED, KC_IMPORTANCE_HIGH,
                "Regular expression that the whole topic name has to match."),
     .check = kc_check_regex},
    {KC_SMT_KEY(
        "replacement", KC_CFG_STRING, NULL, KC_CFG_REQUIRED, KC_IMPORTANCE_HIGH,
        "New topic name; `$1` and `${name}` stand for groups of the expression, `\\$` for a dollar.")},
};
KC_SMT_DEF(config_def, keys);

static kc_status open_router(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct router *r = (struct router *)s;
    struct kc_str pattern;

    if (kc_setting_text(s, config, "regex", &pattern, err) < 0 ||
        kc_setting_text(s, config, "replacement", &r->replacement, err) < 0)
        return KC_ERR_NOMEM;
    if (pattern.ptr == NULL || r->replacement.ptr == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "RegexRouter needs both regex and replacement");
    r->regex = kc_regex_open(pattern, err);
    if (r->regex == NULL)
        return err->status;
    return kc_regex_check_replacement(r->regex, r->replacement, err);
}

static kc_status route(struct kc_smt *s, struct kc_batch *b, struct kc_record *rec, struct kc_error *err)
{
    struct router *r = (struct router *)s;
    const struct kc_topic *to = kc_topic_cache_get(&r->cache, rec->topic);
    char name[MAX_NAME];
    uint32_t len;
    kc_status status;

    (void)b;
    if (to == NULL) {
        status = kc_regex_matches(r->regex, rec->topic->name, err);
        if (status < 0)
            return status;
        to = rec->topic;
        if (status > 0) {
            status = kc_regex_replace_first(r->regex, rec->topic->name, r->replacement, name, sizeof(name),
                                            &len, err);
            if (status < 0)
                return status;
            to = kc_smt_topic(s, rec, (struct kc_str){name, len, 0}, err);
            if (to == NULL)
                return err->status;
        }
        kc_topic_cache_put(&r->cache, rec->topic, to);
    }
    rec->topic = to;
    return KC_OK;
}

static void close_router(struct kc_smt *s)
{
    kc_regex_close(((struct router *)s)->regex);
}

static const struct kc_smt_type type = {"RegexRouter", sizeof(struct router), open_router, route,
                                        close_router};

KC_SMT_COMPONENT(kc_smt_regex_router, "RegexRouter", KC_SMT_PACKAGE,
                 "Renames topics by a regular expression and a replacement", type, KC_SIDE_NONE, &config_def);
