/* The predicates of Kafka Connect: HasHeaderKey, RecordIsTombstone, TopicNameMatches. */
#include <stdlib.h>

#include "components.h"
#include "regex.h"
#include "settings.h"
#include "topic_cache.h"
#include "values.h"

/* An instance is a struct kc_smt for its settings; the loop is another, as a match marks instead of changing. */
struct predicate {
    struct kc_smt base;
    struct kc_str name;         /* HasHeaderKey */
    struct kc_regex *regex;     /* TopicNameMatches */
    struct kc_topic_cache seen; /* topic to itself: it matches; to no_match: it does not */
};

static const struct kc_topic no_match;

static void mark(struct kc_record *r, bool matches, int32_t negate)
{
    if (matches == (negate != 0))
        r->flags |= KC_REC_SKIP;
}

static bool is_live(const struct kc_record *r)
{
    return (r->flags & (KC_REC_SKIP | KC_REC_DROPPED | KC_REC_FAILED)) == 0;
}

static void close_predicate(struct kc_smt *s)
{
    kc_regex_close(((struct predicate *)s)->regex);
}

/* HasHeaderKey */

static const struct kc_config_key header_keys[] = {
    {KC_SMT_KEY("name", KC_CFG_STRING, NULL, KC_CFG_REQUIRED | KC_CFG_NON_EMPTY, KC_IMPORTANCE_MEDIUM,
                "The name of the header that a record must have."),
     .check = kc_check_not_empty},
};
KC_SMT_DEF(header_def, header_keys);

static kc_status open_header(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct predicate *p = (struct predicate *)s;

    if (kc_setting_text(s, config, "name", &p->name, err) < 0)
        return KC_ERR_NOMEM;
    return p->name.len > 0 ? KC_OK
                           : kc_fail(err, KC_ERR_CONFIG, "HasHeaderKey needs name, the header's name");
}

static kc_status test_header(void *self, struct kc_batch *b, int32_t negate, struct kc_error *err)
{
    const struct predicate *p = self;

    (void)err;
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);
        bool found = false;

        if (!is_live(r))
            continue;
        for (uint32_t h = 0; h < r->n_headers && !found; h++)
            found = kc_same_text(r->headers[h].key, p->name);
        mark(r, found, negate);
    }
    return KC_OK;
}

/* RecordIsTombstone */

static kc_status test_tombstone(void *self, struct kc_batch *b, int32_t negate, struct kc_error *err)
{
    (void)self;
    (void)err;
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);

        if (is_live(r))
            mark(r, r->value.type == KC_NULL, negate);
    }
    return KC_OK;
}

/* TopicNameMatches */

static const struct kc_config_key topic_keys[] = {
    {KC_SMT_KEY("pattern", KC_CFG_STRING, NULL, KC_CFG_REQUIRED | KC_CFG_NON_EMPTY, KC_IMPORTANCE_MEDIUM,
                "A Java regular expression that the whole name of a record's topic has to match."),
     .check = kc_check_regex},
};
KC_SMT_DEF(topic_def, topic_keys);

static kc_status open_topic(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct predicate *p = (struct predicate *)s;
    struct kc_str pattern;

    if (kc_setting_text(s, config, "pattern", &pattern, err) < 0)
        return KC_ERR_NOMEM;
    if (pattern.len == 0)
        return kc_fail(err, KC_ERR_CONFIG, "TopicNameMatches needs pattern, a regular expression");
    p->regex = kc_regex_open(pattern, err);
    return p->regex == NULL ? err->status : KC_OK;
}

static kc_status test_topic(void *self, struct kc_batch *b, int32_t negate, struct kc_error *err)
{
    struct predicate *p = self;

    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);
        const struct kc_topic *seen = is_live(r) ? kc_topic_cache_get(&p->seen, r->topic) : &no_match;

        if (!is_live(r))
            continue;
        if (seen == NULL) {
            kc_status status = kc_regex_matches(p->regex, r->topic->name, err);

            if (status == KC_ERR_RECORD) {
                kc_host->record_failed(p->base.ctx, b, i, err);
                continue;
            }
            if (status < 0)
                return status;
            seen = status > 0 ? r->topic : &no_match;
            kc_topic_cache_put(&p->seen, r->topic, seen);
        }
        mark(r, seen != &no_match, negate);
    }
    return KC_OK;
}

#define PREDICATE(symbol, id_, title_, type_, test_, def_)                                                   \
    static kc_status symbol##_open(struct kc_ctx *ctx, const struct kc_map *config, void **self,             \
                                   struct kc_error *err)                                                     \
    {                                                                                                        \
        return kc_smt_open(&(type_), KC_SIDE_NONE, ctx, config, self, err);                                  \
    }                                                                                                        \
    static const struct kc_predicate_ops symbol##_ops = {                                                    \
        .struct_size = sizeof(symbol##_ops), .open = symbol##_open, .test = test_, .close = kc_smt_close};   \
    static const char *const symbol##_aliases[] = {KC_SMT_PACKAGE "predicates." id_, NULL};                  \
    const struct kc_component symbol = {.struct_size = sizeof(symbol),                                       \
                                        .kind = KC_KIND_PREDICATE,                                           \
                                        .id = (id_),                                                         \
                                        .version = KC_VERSION,                                               \
                                        .title = (title_),                                                   \
                                        .aliases = symbol##_aliases,                                         \
                                        .config = (def_),                                                    \
                                        .ops = &symbol##_ops}

static const struct kc_smt_type header_type = {
    .name = "HasHeaderKey", .size = sizeof(struct predicate), .open = open_header, .close = close_predicate};
static const struct kc_smt_type tombstone_type = {
    .name = "RecordIsTombstone", .size = sizeof(struct predicate), .close = close_predicate};
static const struct kc_smt_type topic_type = {.name = "TopicNameMatches",
                                              .size = sizeof(struct predicate),
                                              .open = open_topic,
                                              .close = close_predicate};

PREDICATE(kc_predicate_has_header_key, "HasHeaderKey", "True for records with a header of this name",
          header_type, test_header, &header_def);
PREDICATE(kc_predicate_record_is_tombstone, "RecordIsTombstone", "True for records whose value is null",
          tombstone_type, test_tombstone, NULL);
PREDICATE(kc_predicate_topic_name_matches, "TopicNameMatches",
          "True for records whose topic matches a regular expression", topic_type, test_topic, &topic_def);
