#include "validate/validate_host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/redact.h"
#include "plugin/probe_host.h"

enum {
    MAX_PROBLEMS = 1000,
    MAX_ADVICE = 1000,
    HIDDEN_BYTES = 1024, /* room for references, which are longer than the values they stand for */
};

/* The table has no place for an object of ours, and the process makes one check only. */
static const struct kc_offset_changes *stored;

static void write_line(int fd, const struct kc_buf *line)
{
    size_t at = 0;

    while (!line->failed && at < line->len) {
        ssize_t n = write(fd, line->data + at, line->len - at);

        if (n < 0 && errno != EINTR)
            return; /* the worker gave up on us, and kills us now */
        if (n > 0)
            at += (size_t)n;
    }
}

void kc_validate_report(struct kc_report *r, const char *key, const char *message)
{
    struct kc_buf line = {0};
    char *sentence = NULL;
    size_t room;

    if (r == NULL || r->fd < 0 || message == NULL || ++r->n > MAX_PROBLEMS)
        return;
    room = 2 * strlen(message) + HIDDEN_BYTES;
    sentence = malloc(room);
    if (sentence == NULL)
        return;
    (void)strcpy(sentence, message);
    kc_redact(sentence, room);
    kc_buf_str(&line, "{\"key\":");
    if (key != NULL)
        kc_buf_json(&line, key, strlen(key));
    else
        kc_buf_str(&line, "null");
    kc_buf_str(&line, ",\"message\":");
    kc_buf_json(&line, sentence, strlen(sentence));
    kc_buf_str(&line, "}\n");
    write_line(r->fd, &line);
    kc_buf_finish(&line);
    free(sentence);
}

/* A line about a key: {"key":...,"<name>":...}; `text` is JSON already unless it is to be quoted. */
static void write_advice(struct kc_report *r, const char *key, const char *name, const char *text,
                         bool quoted)
{
    static uint32_t written; /* the process makes one check only */
    struct kc_buf line = {0};

    if (r == NULL || r->fd < 0 || key == NULL || ++written > MAX_ADVICE)
        return;
    kc_buf_str(&line, "{\"key\":");
    kc_buf_json(&line, key, strlen(key));
    kc_buf_printf(&line, ",\"%s\":", name);
    if (quoted)
        kc_buf_json(&line, text, strlen(text));
    else
        kc_buf_str(&line, text);
    kc_buf_str(&line, "}\n");
    write_line(r->fd, &line);
    kc_buf_finish(&line);
}

static void report_choice(struct kc_report *r, const char *key, const char *value)
{
    char *shown = value == NULL ? NULL : malloc(2 * strlen(value) + HIDDEN_BYTES);

    if (shown == NULL)
        return;
    (void)strcpy(shown, value);
    kc_redact(shown, 2 * strlen(value) + HIDDEN_BYTES);
    write_advice(r, key, "choice", shown, true);
    free(shown);
}

static void report_visible(struct kc_report *r, const char *key, int32_t visible)
{
    write_advice(r, key, "visible", visible != 0 ? "true" : "false", false);
}

void kc_validate_report_done(struct kc_report *r)
{
    struct kc_buf line = {0};

    kc_buf_str(&line, "{\"done\":true}\n");
    write_line(r->fd, &line);
    kc_buf_finish(&line);
}

void kc_validate_host_offsets(const struct kc_offset_changes *offsets)
{
    stored = offsets;
}

static kc_status offset_get(struct kc_ctx *ctx, const struct kc_map *partition, struct kc_map *offset)
{
    (void)ctx;
    if (stored == NULL)
        return KC_ERR_UNSUPPORTED;
    for (size_t i = 0; i < stored->n; i++) {
        const struct kc_offset_change_item *item = &stored->items[i];

        if (item->offset == NULL || !kc_flat_equal(&item->partition->map, partition))
            continue;
        *offset = item->offset->map;
        return KC_OK;
    }
    return KC_NOTHING;
}

const struct kc_host *kc_validate_host(void)
{
    static struct kc_host host;

    /* A process of one thread. */
    if (host.struct_size == 0) {
        host = *kc_probe_host();
        host.report_error = kc_validate_report;
        host.report_choice = report_choice;
        host.report_visible = report_visible;
        host.report_value = kc_report_value;
        host.offset_get = offset_get;
    }
    return &host;
}
