/* TimestampRouter: the record's time becomes a part of the topic's name. */
#include "components.h"
#include "date_format.h"
#include "settings.h"
#include "values.h"

enum { MAX_NAME = 1024 };

struct router {
    struct kc_smt base;
    struct kc_str topic_format;
    struct kc_date_format format;
    /* The last answer: times of one batch mostly give one text. */
    const struct kc_topic *from, *to;
    char last_time[KC_DATE_TEXT];
    uint32_t last_len;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY(
        "topic.format", KC_CFG_STRING, "${topic}-${timestamp}", 0, KC_IMPORTANCE_HIGH,
        "The new topic name, in which `${topic}` and `${timestamp}` stand for the topic and the time.")},
    {KC_SMT_KEY("timestamp.format", KC_CFG_STRING, "yyyyMMdd", 0, KC_IMPORTANCE_HIGH,
                "How the time is written: a pattern of java.text.SimpleDateFormat, in UTC.")},
};
KC_SMT_DEF(config_def, keys);

static kc_status open_router(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct router *t = (struct router *)s;
    struct kc_str pattern;

    if (kc_setting_text(s, config, "topic.format", &t->topic_format, err) < 0 ||
        kc_setting_text(s, config, "timestamp.format", &pattern, err) < 0)
        return KC_ERR_NOMEM;
    if (t->topic_format.ptr == NULL || pattern.ptr == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "TimestampRouter needs topic.format and timestamp.format");
    return kc_date_format_read(s, pattern, &t->format, err);
}

static bool put(char *out, uint32_t *n, const char *text, uint32_t len)
{
    if (len > MAX_NAME - *n)
        return false;
    memcpy(out + *n, text, len);
    *n += len;
    return true;
}

/* The format with both placeholders replaced, wherever they are; false: too long. */
static bool fill(const struct router *t, struct kc_str topic, const char *time, uint32_t time_len, char *out,
                 uint32_t *n)
{
    static const char topic_word[] = "${topic}", time_word[] = "${timestamp}";
    const char *p = t->topic_format.ptr, *end = p + t->topic_format.len;
    bool fits = true;

    for (*n = 0; p < end && fits;) {
        if (strncmp(p, topic_word, sizeof(topic_word) - 1) == 0) {
            fits = put(out, n, topic.ptr, topic.len);
            p += sizeof(topic_word) - 1;
        } else if (strncmp(p, time_word, sizeof(time_word) - 1) == 0) {
            fits = put(out, n, time, time_len);
            p += sizeof(time_word) - 1;
        } else {
            fits = put(out, n, p++, 1);
        }
    }
    return fits;
}

static kc_status route(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct router *t = (struct router *)s;
    char time[KC_DATE_TEXT], name[MAX_NAME];
    const struct kc_topic *to;
    uint32_t time_len, n;

    (void)b;
    if (r->timestamp_ms == KC_NO_TIMESTAMP)
        return kc_fail(err, KC_ERR_RECORD,
                       "Timestamp missing on record: one of topic %.*s has none to route by",
                       (int)r->topic->name.len, r->topic->name.ptr);
    time_len = kc_date_format_write(&t->format, r->timestamp_ms, time);
    if (r->topic == t->from && time_len == t->last_len && memcmp(time, t->last_time, time_len) == 0) {
        r->topic = t->to;
        return KC_OK;
    }
    if (!fill(t, r->topic->name, time, time_len, name, &n))
        return kc_fail(err, KC_ERR_RECORD, "topic.format makes a name of more than %d bytes out of %.*s",
                       MAX_NAME, (int)r->topic->name.len, r->topic->name.ptr);
    to = kc_smt_topic(s, r, (struct kc_str){name, n, 0}, err);
    if (to == NULL)
        return err->status;
    t->from = r->topic;
    t->to = to;
    t->last_len = time_len;
    memcpy(t->last_time, time, time_len);
    r->topic = to;
    return KC_OK;
}

static const struct kc_smt_type type = {"TimestampRouter", sizeof(struct router), open_router, route, NULL};

KC_SMT_COMPONENT(kc_smt_timestamp_router, "TimestampRouter", KC_SMT_PACKAGE,
                 "Makes the topic's name out of the topic and the record's time", type, KC_SIDE_NONE,
                 &config_def);
