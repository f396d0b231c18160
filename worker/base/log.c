#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/loggers.h"
#include "base/redact.h"

static const char *const names[] = {
    [KC_TRACE] = "TRACE", [KC_DEBUG] = "DEBUG", [KC_INFO] = "INFO",   [KC_WARN] = "WARN",
    [KC_ERROR] = "ERROR", [KC_FATAL] = "FATAL", [KC_LOG_OFF] = "OFF",
};

static const char all_name[] = "ALL";

/* The log is the one thing that is the process's own (style.md): where it goes is decided once, at start. */
static atomic_int current_format = KC_LOG_TEXT;
static char task_connector[64];
static int task_number;

bool kc_log_level_parse(const char *text, enum kc_log_level *out)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(names[i], text) == 0) {
            *out = (enum kc_log_level)i;
            return true;
        }
    }
    if (strcasecmp(text, all_name) != 0)
        return false;
    *out = KC_LOG_ALL;
    return true;
}

const char *kc_log_level_name(enum kc_log_level level)
{
    return level == KC_LOG_ALL ? all_name : names[level];
}

void kc_log_set_level(enum kc_log_level level)
{
    kc_loggers_start(level);
}

enum kc_log_level kc_log_get_level(void)
{
    struct kc_logger root = {.level = KC_INFO};

    (void)kc_loggers_find("root", &root);
    return root.level;
}

void kc_log_set_format(enum kc_log_format format)
{
    atomic_store(&current_format, (int)format);
}

void kc_log_set_task(const char *connector, int task)
{
    (void)snprintf(task_connector, sizeof(task_connector), "%s", connector != NULL ? connector : "");
    task_number = task;
}

bool kc_log_enabled(enum kc_log_level level)
{
    return kc_loggers_may_pass(level);
}

static void add_time(struct kc_buf *line)
{
    struct timespec now;
    struct tm utc;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    kc_buf_printf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", utc.tm_year + 1900, utc.tm_mon + 1,
                  utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000);
}

static void add_text(struct kc_buf *line, enum kc_log_level level, const char *component,
                     const char *connector, const char *message)
{
    add_time(line);
    kc_buf_printf(line, " %-5s [%s] ", names[level], component);
    if (connector[0] != '\0' && connector == task_connector)
        kc_buf_printf(line, "[%s|task-%d] ", connector, task_number);
    else if (connector[0] != '\0')
        kc_buf_printf(line, "[%s] ", connector);
    for (const char *p = message; *p != '\0'; p++) /* a line is one line, whatever a server or plugin says */
        kc_buf_add(line, (unsigned char)*p < 0x20 ? " " : p, 1);
    kc_buf_str(line, "\n");
}

static void add_json(struct kc_buf *line, enum kc_log_level level, const char *component,
                     const char *connector, const char *message)
{
    kc_buf_str(line, "{\"time\":\"");
    add_time(line);
    kc_buf_printf(line, "\",\"level\":\"%s\",\"component\":", names[level]);
    kc_buf_json(line, component, strlen(component));
    if (connector[0] != '\0') {
        kc_buf_str(line, ",\"connector\":");
        kc_buf_json(line, connector, strlen(connector));
    }
    if (connector[0] != '\0' && connector == task_connector)
        kc_buf_printf(line, ",\"task\":%d", task_number);
    kc_buf_str(line, ",\"message\":");
    kc_buf_json(line, message, strlen(message));
    kc_buf_str(line, "}\n");
}

__attribute__((format(printf, 4, 0))) static void write_line(enum kc_log_level level, const char *component,
                                                             const char *connector, const char *fmt,
                                                             va_list ap)
{
    struct kc_buf line = {0};
    char message[2048];

    (void)vsnprintf(message, sizeof(message), fmt, ap);
    kc_redact(message, sizeof(message));
    if (atomic_load(&current_format) == KC_LOG_JSON)
        add_json(&line, level, component, connector, message);
    else
        add_text(&line, level, component, connector, message);
    if (!line.failed && write(STDERR_FILENO, line.data, line.len) < 0) {
        /* There is no place left to complain to. */
    }
    kc_buf_finish(&line);
}

void kc_log(enum kc_log_level level, const char *component, const char *fmt, ...)
{
    va_list ap;

    if (!kc_loggers_pass(level, component, task_connector))
        return;
    va_start(ap, fmt);
    write_line(level, component, task_connector, fmt, ap);
    va_end(ap);
}

void kc_log_for(enum kc_log_level level, const char *component, const char *connector, const char *fmt, ...)
{
    va_list ap;

    if (!kc_loggers_pass(level, component, connector != NULL ? connector : ""))
        return;
    va_start(ap, fmt);
    write_line(level, component, connector != NULL ? connector : "", fmt, ap);
    va_end(ap);
}
