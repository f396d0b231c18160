#include "line_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <kconnect/sdk.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_BYTES = 64 << 10, LINE_END_BYTES = 2 };

bool kc_line_reader_next(struct kc_line_reader *r, struct kc_file_line *out)
{
    size_t at = r->looked, after;

    while (at < r->end && r->data[at] != '\n' && r->data[at] != '\r')
        at++;
    r->looked = at;
    if (at == r->end || (r->data[at] == '\r' && at + 1 == r->end))
        return false;
    after = at + (r->data[at] == '\r' && r->data[at + 1] == '\n' ? 2 : 1);
    out->text = r->data + r->begin;
    out->len = at - r->begin;
    r->position += (int64_t)(after - r->begin);
    out->next = r->position;
    r->begin = r->looked = after;
    return true;
}

static kc_status too_long(const struct kc_line_reader *r, int64_t position, struct kc_error *err)
{
    return kc_fail(err, KC_ERR_CONFIG,
                   "the line at byte %" PRId64 " is longer than %zu bytes: raise line.max.bytes, or move the "
                   "position behind it with PATCH /connectors/<name>/offsets",
                   position, r->max_line_bytes);
}

kc_status kc_line_reader_check(const struct kc_line_reader *r, const struct kc_file_line *line,
                               struct kc_error *err)
{
    /* The line's own position: its end may have had one byte or two, which are behind its text. */
    return line->len <= r->max_line_bytes
               ? KC_OK
               : too_long(r,
                          line->next - (int64_t)line->len -
                              (line->text[line->len] == '\r' && line->text[line->len + 1] == '\n' ? 2 : 1),
                          err);
}

/* Moves what is left to the front, and makes room behind it. */
static kc_status make_room(struct kc_line_reader *r, struct kc_error *err)
{
    size_t left = r->end - r->begin, cap = r->cap == 0 ? FIRST_BYTES : r->cap;
    char *data;

    if (r->begin > 0)
        memmove(r->data, r->data + r->begin, left);
    r->looked -= r->begin;
    r->begin = 0;
    r->end = left;
    if (left > r->max_line_bytes + LINE_END_BYTES)
        return too_long(r, r->position, err);
    if (r->cap > 0 && left < r->cap)
        return KC_OK;
    cap = r->cap == 0 ? FIRST_BYTES : r->cap * 2;
    if (cap > r->max_line_bytes + FIRST_BYTES)
        cap = r->max_line_bytes + FIRST_BYTES;
    data = realloc(r->data, cap);
    if (data == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a line of more than %zu bytes", r->cap);
    r->data = data;
    r->cap = cap;
    return KC_OK;
}

kc_status kc_line_reader_fill(struct kc_line_reader *r, int fd, size_t *n, struct kc_error *err)
{
    kc_status status = make_room(r, err);
    ssize_t got;

    if (status < 0)
        return status;
    do
        got = pread(fd, r->data + r->end, r->cap - r->end, r->position + (int64_t)r->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return kc_fail(err, KC_ERR_RETRY, "cannot be read: %s", strerror(errno));
    r->end += (size_t)got;
    *n = (size_t)got;
    return KC_OK;
}

void kc_line_reader_reset(struct kc_line_reader *r)
{
    r->begin = r->end = r->looked = 0;
}

void kc_line_reader_finish(struct kc_line_reader *r)
{
    free(r->data);
    *r = (struct kc_line_reader){0};
}
