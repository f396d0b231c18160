#include "file_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <kconnect/sdk.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_source_plan.h"
#include "line_reader.h"
#include "utf8_line.h"

enum { WAIT_MS = 100, /* between two looks at a file that does not grow */ };

struct source {
    struct kc_ctx *ctx;
    char *path;
    const struct kc_topic *topic;
    const struct kc_schema *schema;
    uint32_t batch_size;
    struct kc_kv where;
    struct kc_map partition;
    struct kc_line_reader lines;
    int fd;       /* -1: the file is not open, since it is not there */
    dev_t device; /* of what is open */
    ino_t inode;
    bool missed;   /* that it is not there was logged */
    bool replaced; /* that a line was no UTF-8 was logged */
    int stop_fd;
};

/* A record with what it points at. */
struct one {
    struct kc_record record;
    struct kc_map offset;
    struct kc_kv position;
};

/* Puts the file in front of the sentence. */
static kc_status about_file(const struct source *s, struct kc_error *err)
{
    char reason[sizeof(err->message)];

    memcpy(reason, err->message, sizeof(reason));
    return kc_fail(err, err->status, "%.200s: %.280s", s->path, reason);
}

/* A position that the file does not have: going on would leave out lines, or take parts of others for lines. */
static kc_status check_size(const struct source *s, const struct stat *info, struct kc_error *err)
{
    if (info->st_size >= s->lines.position)
        return KC_OK;
    return kc_fail(err, KC_ERR_CONFIG,
                   "%s has %" PRId64 " bytes, but was read up to byte %" PRId64
                   ": it was cut or replaced. To read it from "
                   "its beginning, stop the connector, DELETE its offsets and deploy it",
                   s->path, (int64_t)info->st_size, s->lines.position);
}

/* Opens the file if it is there; s->fd stays -1 if it is not. */
static kc_status open_file(struct source *s, struct kc_error *err)
{
    struct stat info;
    kc_status status;
    int fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0 && errno == ENOENT) {
        if (!s->missed)
            kc_logf(s->ctx, KC_LOG_WARN, "%s is not there yet; waiting for it", s->path);
        s->missed = true;
        return KC_OK;
    }
    if (fd < 0)
        return kc_fail(err, KC_ERR_CONFIG, "file: cannot read %s: %s", s->path, strerror(errno));
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        status = kc_fail(err, KC_ERR_CONFIG,
                         "file: %s is no regular file, so it has no positions to go on at", s->path);
    else
        status = check_size(s, &info, err);
    if (status < 0) {
        (void)close(fd);
        return status;
    }
    s->fd = fd;
    s->device = info.st_dev;
    s->inode = info.st_ino;
    s->missed = false;
    kc_logf(s->ctx, KC_LOG_INFO, "reading %s from byte %" PRId64, s->path, s->lines.position);
    return KC_OK;
}

/* At the end of the file: is it still the one of that name, and not shorter than what was read of it? */
static kc_status look_at_file(struct source *s, struct kc_error *err)
{
    struct stat named, opened;

    if (stat(s->path, &named) == 0 && (named.st_dev != s->device || named.st_ino != s->inode)) {
        kc_logf(s->ctx, KC_LOG_WARN,
                "%s is another file now; going on at byte %" PRId64 " of it, as after a restart", s->path,
                s->lines.position);
        (void)close(s->fd);
        s->fd = -1;
        kc_line_reader_reset(&s->lines);
        return open_file(s, err);
    }
    if (fstat(s->fd, &opened) != 0)
        return KC_OK;
    return check_size(s, &opened, err);
}

static void source_close(void *task)
{
    struct source *s = task;

    if (s->fd >= 0)
        (void)close(s->fd);
    if (s->schema != NULL)
        kc_host->schema_unref(s->schema);
    kc_line_reader_finish(&s->lines);
    free(s->path);
    free(s);
}

/* Where to go on: 0 for a file that was never read. */
static kc_status find_position(struct source *s, struct kc_error *err)
{
    struct kc_map stored;
    const struct kc_value *position;

    if (kc_host->offset_get(s->ctx, &s->partition, &stored) != KC_OK)
        return KC_OK;
    position = kc_map_get(&stored, KC_FILE_POSITION);
    if (position == NULL || position->type < KC_INT8 || position->type > KC_INT64 || position->as.i64 < 0)
        return kc_fail(err, KC_ERR_CONFIG,
                       "the stored offset of %s has no \"" KC_FILE_POSITION
                       "\" that is a number of bytes: PATCH or DELETE the connector's offsets",
                       s->path);
    s->lines.position = position->as.i64;
    return KC_OK;
}

static kc_status set_up(struct source *s, const struct kc_map *config, struct kc_error *err)
{
    const struct kc_schema line = {.struct_size = sizeof(line), .type = KC_STRING};
    const struct kc_value *file = kc_map_get(config, "file"), *topic = kc_map_get(config, "topic");

    s->path = strndup(file->as.str, file->len);
    if (s->path == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    s->batch_size = (uint32_t)kc_map_get(config, "batch.size")->as.i64;
    s->lines.max_line_bytes = (size_t)kc_map_get(config, "line.max.bytes")->as.i64;
    s->stop_fd = kc_host->stop_fd(s->ctx);
    s->where = (struct kc_kv){kc_str(KC_FILE_NAME), kc_string(s->path, file->len)};
    s->partition = (struct kc_map){&s->where, 1, 0};
    s->schema = kc_host->schema_new(s->ctx, &line, err);
    if (s->schema == NULL)
        return err->status;
    s->topic = kc_host->topic(s->ctx, (struct kc_str){topic->as.str, topic->len, 0}, 1);
    if (s->topic == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "topic: %s is no legal name of a topic", topic->as.str);
    if (kc_host->topics_ensure(s->ctx, err) < 0)
        return err->status;
    if (find_position(s, err) < 0)
        return err->status;
    return open_file(s, err);
}

static kc_status source_open(struct kc_ctx *ctx, const struct kc_map *config, void **task,
                             struct kc_error *err)
{
    struct source *s = calloc(1, sizeof(*s));
    kc_status status;

    if (s == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    s->ctx = ctx;
    s->fd = -1;
    status = set_up(s, config, err);
    if (status < 0) {
        source_close(s);
        return status;
    }
    *task = s;
    return KC_OK;
}

/* The line's text as a value. Memory: of the reader, or of the batch where bytes had to be replaced. */
static kc_status value_of(struct source *s, const struct kc_file_line *line, struct kc_arena *arena,
                          struct kc_value *out, struct kc_error *err)
{
    char *text;

    if (kc_utf8_line_is(line->text, line->len)) {
        *out = kc_string(line->text, (uint32_t)line->len);
        return KC_OK;
    }
    if (!s->replaced)
        kc_logf(s->ctx, KC_LOG_WARN,
                "%s holds bytes that are no UTF-8, the first before byte %" PRId64
                "; they are given as U+FFFD",
                s->path, line->next);
    s->replaced = true;
    text = kc_arena_alloc(arena, 3 * (uint64_t)line->len);
    if (text == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "no room for a batch of lines");
    *out = kc_string(text, (uint32_t)kc_utf8_line(line->text, line->len, text));
    return KC_OK;
}

static kc_status fill_one(struct source *s, const struct kc_file_line *line, struct kc_arena *arena,
                          struct one *one, struct kc_error *err)
{
    struct kc_value value;

    if (kc_line_reader_check(&s->lines, line, err) < 0)
        return about_file(s, err);
    if (value_of(s, line, arena, &value, err) < 0)
        return err->status;
    one->position = (struct kc_kv){kc_str(KC_FILE_POSITION), kc_int64(line->next)};
    one->offset = (struct kc_map){&one->position, 1, 0};
    one->record = (struct kc_record){.partition = KC_ANY_PARTITION,
                                     .timestamp_ms = KC_NO_TIMESTAMP,
                                     .event_us = KC_NO_TIMESTAMP,
                                     .checkpoint_ms = KC_NO_TIMESTAMP,
                                     .topic = s->topic,
                                     .value_schema = s->schema,
                                     .value = value,
                                     .offset = &one->offset};
    return KC_OK;
}

/* The lines that were read, up to the batch's size. KC_NOTHING: there is none. */
static kc_status take_lines(struct source *s, const struct kc_poll *how, struct kc_batch *out,
                            struct kc_error *err)
{
    uint32_t most = s->batch_size < how->max_records ? s->batch_size : how->max_records;
    struct kc_file_line line;
    struct one *list = NULL;
    uint64_t bytes = 0;

    while (out->n_records < most && bytes < how->max_bytes && kc_line_reader_next(&s->lines, &line)) {
        if (list == NULL)
            list = kc_arena_alloc(out->arena, most * sizeof(*list));
        if (list == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "no room for a batch of lines");
        if (fill_one(s, &line, out->arena, &list[out->n_records], err) < 0) {
            if (out->n_records == 0)
                return err->status;
            /* What came before the bad line is given first; then it is met again. */
            kc_line_reader_reset(&s->lines);
            s->lines.position = list[out->n_records - 1].position.value.as.i64;
            break;
        }
        bytes += line.len;
        out->n_records++;
    }
    if (out->n_records == 0)
        return KC_NOTHING;
    out->records = &list[0].record;
    out->record_size = sizeof(*list);
    out->partitions = &s->partition;
    out->n_partitions = 1;
    return KC_OK;
}

/* Reads more of the file, opening it first if it was not there. *n 0: there is no more for now. */
static kc_status read_more(struct source *s, size_t *n, struct kc_error *err)
{
    *n = 0;
    if (s->fd < 0 && open_file(s, err) < 0)
        return err->status;
    if (s->fd < 0)
        return KC_OK;
    if (kc_line_reader_fill(&s->lines, s->fd, n, err) < 0)
        return about_file(s, err);
    return *n == 0 ? look_at_file(s, err) : KC_OK;
}

static kc_status source_poll(void *task, const struct kc_poll *how, struct kc_batch *out,
                             struct kc_error *err)
{
    struct pollfd stop = {.events = POLLIN};
    struct source *s = task;
    uint32_t waited_ms = 0;
    kc_status status;
    size_t n = 0;

    stop.fd = s->stop_fd;
    if ((how->flags & KC_POLL_IDLE) != 0)
        return poll(&stop, 1, (int)how->timeout_ms) > 0 ? KC_ERR_STOPPED : KC_NOTHING;
    for (;;) {
        status = take_lines(s, how, out, err);
        if (status != KC_NOTHING)
            return status;
        status = read_more(s, &n, err);
        if (status < 0)
            return status;
        if (n > 0)
            continue;
        if (waited_ms >= how->timeout_ms)
            return KC_NOTHING;
        if (poll(&stop, 1, WAIT_MS) > 0)
            return KC_ERR_STOPPED;
        waited_ms += WAIT_MS;
    }
}

static const struct kc_source_ops ops = {
    .struct_size = sizeof(ops),
    .planner = &kc_file_source_plan,
    .open = source_open,
    .poll = source_poll,
    .close = source_close,
};

static const char *const aliases[] = {"FileStreamSource", "FileStreamSourceConnector",
                                      "org.apache.kafka.connect.file.FileStreamSourceConnector", NULL};

const struct kc_component kc_file_source = {
    .struct_size = sizeof(kc_file_source),
    .kind = KC_KIND_SOURCE,
    .id = "file-source",
    .version = KC_VERSION,
    .title = "The lines of a file, one record each",
    .doc = "Reads a file line by line, and then what is added to it, exactly once.",
    .aliases = aliases,
    .config = &kc_file_source_config,
    .ops = &ops,
};
