#include "fleet/logger_record.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/loggers.h"

void kc_logger_record_print(enum kc_log_level level, int64_t now_ms, struct kc_buf *out)
{
    kc_buf_printf(out, "{\"level\":\"%s\",\"set_ms\":%" PRId64 "}", kc_log_level_name(level), now_ms);
}

void kc_logger_record_take(const char *name, const char *value, size_t len)
{
    struct kc_error err = KC_ERROR_INIT;
    enum kc_log_level level;
    const char *text;
    size_t changed;
    cJSON *json;

    if (value == NULL)
        return;
    json = kc_json_parse(value, len, &err);
    text = kc_json_text(json, "level");
    if (text == NULL || !kc_log_level_parse(text, &level))
        kc_log(KC_WARN, "worker/fleet",
               "a record for all workers gives the logger %s no level; it is ignored", name);
    else if (kc_loggers_set(name, level, NULL, &changed, &err) < 0)
        kc_log(KC_WARN, "worker/fleet", "the logger %s was not set: %s", name, err.message);
    else
        kc_log(KC_INFO, "worker/fleet", "the level of logger %s is %s now, for all workers", name,
               kc_log_level_name(level));
    cJSON_Delete(json);
}
