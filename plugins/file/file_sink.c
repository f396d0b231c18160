#include "file_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <kconnect/sdk.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line_text.h"

enum { WRITE_BYTES = 256 << 10, FILE_MODE = 0644 };

struct sink {
    struct kc_ctx *ctx;
    char *path;
    int fd;
    bool is_regular;
    bool torn; /* the file ends in the middle of a line */
    bool dirty;
    struct kc_line lines; /* not yet written */
};

static const struct kc_config_key keys[] = {
    {.name = "file",
     .type = KC_CFG_STRING,
     .flags = KC_CFG_REQUIRED | KC_CFG_NON_EMPTY,
     .doc = "The file that lines are appended to, made when it is missing.",
     .importance = KC_IMPORTANCE_HIGH,
     .width = KC_WIDTH_LONG,
     .display_name = "File",
     .order = -1},
};

static const struct kc_config_def config_def = {.struct_size = sizeof(config_def),
                                                .key_size = sizeof(struct kc_config_key),
                                                .keys = keys,
                                                .n_keys = sizeof(keys) / sizeof(keys[0])};

/* A full disk may be mended while the task waits; anything else needs a person. */
static kc_status cannot(struct sink *s, const char *what, struct kc_error *err)
{
    int code = errno;
    bool passes = code == ENOSPC || code == EDQUOT || code == EAGAIN;

    (void)kc_fail(err, passes ? KC_ERR_RETRY : KC_ERR_FATAL, "The file %s cannot be %s: %s.", s->path, what,
                  strerror(code));
    err->vendor_code = code;
    return err->status;
}

/* Whether the last byte that is there is no newline. */
static bool ends_inside_a_line(int fd, const struct stat *st)
{
    char last = '\n';

    return st->st_size > 0 && pread(fd, &last, 1, st->st_size - 1) == 1 && last != '\n';
}

static kc_status open_file(struct sink *s, struct kc_error *err)
{
    struct stat st;

    s->fd = open(s->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, FILE_MODE);
    if (s->fd < 0 || fstat(s->fd, &st) < 0)
        return cannot(s, "opened for writing", err);
    s->is_regular = S_ISREG(st.st_mode);
    s->torn = s->is_regular && ends_inside_a_line(s->fd, &st);
    return KC_OK;
}

static void sink_close(void *task)
{
    struct sink *s = task;

    if (s->fd >= 0)
        (void)close(s->fd);
    kc_line_finish(&s->lines);
    free(s->path);
    free(s);
}

static kc_status sink_open(struct kc_ctx *ctx, const struct kc_map *config, void **task, struct kc_error *err)
{
    const struct kc_value *file = kc_map_get(config, "file");
    struct sink *s = calloc(1, sizeof(*s));
    kc_status status;

    if (s == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    s->ctx = ctx;
    s->fd = -1;
    s->path = strndup(file->as.str, file->len);
    status = s->path == NULL ? kc_fail(err, KC_ERR_NOMEM, "out of memory") : open_file(s, err);
    if (status < 0) {
        sink_close(s);
        return status;
    }
    *task = s;
    return KC_OK;
}

static kc_status write_lines(struct sink *s, struct kc_error *err)
{
    size_t done = 0;
    ssize_t n;

    while (done < s->lines.len) {
        n = write(s->fd, s->lines.data + done, s->lines.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        done += (size_t)n;
    }
    if (done > 0) {
        s->dirty = true;
        s->torn = s->lines.data[done - 1] != '\n';
    }
    if (done < s->lines.len)
        return cannot(s, "written to", err);
    s->lines.len = 0;
    return KC_OK;
}

/* One record's line. A value that is nested too deeply is left out, and the host told. */
static void add_line(struct sink *s, const struct kc_batch *b, uint32_t i)
{
    const struct kc_record *r = kc_batch_at(b, i);
    struct kc_error bad = {.struct_size = sizeof(bad)};
    size_t begin = s->lines.len;

    if (kc_line_value(&s->lines, r->value_schema, &r->value)) {
        kc_line_put(&s->lines, "\n", 1);
        return;
    }
    s->lines.len = begin;
    (void)kc_fail(&bad, KC_ERR_RECORD, "The value is nested more than %d levels deep.", KC_LINE_DEPTH);
    kc_host->record_failed(s->ctx, b, i, &bad); /* changes the record's flags */
}

static kc_status sink_put(void *task, const struct kc_batch *b, struct kc_error *err)
{
    const uint32_t dead = KC_REC_DROPPED | KC_REC_FAILED;
    struct sink *s = task;
    kc_status status = KC_OK;

    s->lines.len = 0; /* of a put() that failed: the batch comes again */
    if (s->torn)
        kc_line_put(&s->lines, "\n", 1);
    for (uint32_t i = 0; i < b->n_records && status == KC_OK; i++) {
        if ((kc_batch_at(b, i)->flags & dead) != 0)
            continue;
        add_line(s, b, i);
        if (s->lines.failed) {
            kc_line_finish(&s->lines);
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for the lines of a batch");
        }
        if (s->lines.len >= WRITE_BYTES)
            status = write_lines(s, err);
    }
    return status < 0 ? status : write_lines(s, err);
}

static kc_status sink_pre_commit(void *task, struct kc_topic_partition *parts, uint32_t n,
                                 struct kc_error *err)
{
    struct sink *s = task;

    (void)parts; /* everything that was put is durable below */
    (void)n;
    if (s->dirty && s->is_regular && fdatasync(s->fd) < 0)
        return cannot(s, "flushed to disk", err);
    s->dirty = false;
    return KC_OK;
}

static const struct kc_sink_ops ops = {
    .struct_size = sizeof(ops),
    .open = sink_open,
    .put = sink_put,
    .pre_commit = sink_pre_commit,
    .close = sink_close,
};

static const char *const aliases[] = {"FileStreamSink", "FileStreamSinkConnector",
                                      "org.apache.kafka.connect.file.FileStreamSinkConnector", NULL};

const struct kc_component kc_file_sink = {
    .struct_size = sizeof(kc_file_sink),
    .kind = KC_KIND_SINK,
    .id = "file-sink",
    .version = KC_VERSION,
    .title = "Lines of a file, one for each record",
    .doc = "Appends the value of each record as a line to a file. At least once: after a crash lines may be "
           "there "
           "twice.",
    .aliases = aliases,
    .config = &config_def,
    .ops = &ops,
};
