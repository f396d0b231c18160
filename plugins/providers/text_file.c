#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kconnect/sdk.h>

/* How many bytes of continuation follow `c`; -1: it begins no character. */
static int more_bytes(uint8_t c)
{
    if (c < 0x80)
        return 0;
    if (c >= 0xc2 && c <= 0xdf)
        return 1;
    if ((c & 0xf0) == 0xe0)
        return 2;
    return c >= 0xf0 && c <= 0xf4 ? 3 : -1;
}

static bool is_utf8(const char *text, size_t n)
{
    const uint8_t *p = (const uint8_t *)text, *end = p + n;

    while (p < end) {
        uint8_t first = *p++;
        int more = more_bytes(first);

        if (more < 0 || end - p < more)
            return false;
        /* Overlong forms, surrogates, and what is beyond U+10FFFF show in the second byte. */
        if ((first == 0xe0 && *p < 0xa0) || (first == 0xed && *p > 0x9f) || (first == 0xf0 && *p < 0x90) ||
            (first == 0xf4 && *p > 0x8f))
            return false;
        for (; more > 0; more--)
            if ((*p++ & 0xc0) != 0x80)
                return false;
    }
    return true;
}

kc_status kc_text_file_not_allowed(const char *path, struct kc_error *err)
{
    return kc_fail(err, KC_ERR_CONFIG, "%s is outside of what the provider's allowed.paths permits", path);
}

/* Whether it may and can be read; `size` is what it has now. */
static kc_status look_at(int fd, const char *path, const struct kc_allowed_paths *allowed,
                         struct kc_error *err)
{
    struct stat info;

    if (!kc_allowed_paths_permit(allowed, fd))
        return kc_text_file_not_allowed(path, err);
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return kc_fail(err, KC_ERR_CONFIG, "%s is no regular file", path);
    if (info.st_size > KC_TEXT_FILE_MAX_BYTES)
        return kc_fail(err, KC_ERR_CONFIG, "%s is larger than 1 MiB, so it is not what was meant", path);
    return KC_OK;
}

static kc_status read_all(int fd, const char *path, struct kc_text_file *f, struct kc_error *err)
{
    f->text = malloc(KC_TEXT_FILE_MAX_BYTES + 2);
    if (f->text == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    while (f->len <= KC_TEXT_FILE_MAX_BYTES) {
        ssize_t n = read(fd, f->text + f->len, KC_TEXT_FILE_MAX_BYTES + 1 - f->len);

        if (n == 0)
            break;
        if (n > 0)
            f->len += (size_t)n;
        else if (errno != EINTR)
            return kc_fail(err, KC_ERR_CONFIG, "cannot read %s: %s", path, strerror(errno));
    }
    f->text[f->len] = '\0';
    if (f->len > KC_TEXT_FILE_MAX_BYTES)
        return kc_fail(err, KC_ERR_CONFIG, "%s is larger than 1 MiB, so it is not what was meant", path);
    if (!is_utf8(f->text, f->len))
        return kc_fail(err, KC_ERR_CONFIG, "%s is no text in UTF-8", path);
    return KC_OK;
}

kc_status kc_text_file_read(int dir, const char *path, const struct kc_allowed_paths *allowed,
                            struct kc_text_file *out, struct kc_error *err)
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us up */
    kc_status status;

    *out = (struct kc_text_file){0};
    if (fd < 0)
        return kc_fail(err, KC_ERR_CONFIG, "cannot read %s: %s", path, strerror(errno));
    status = look_at(fd, path, allowed, err);
    if (status == KC_OK)
        status = read_all(fd, path, out, err);
    (void)close(fd);
    if (status < 0)
        kc_text_file_finish(out);
    return status;
}

void kc_text_file_finish(struct kc_text_file *f)
{
    if (f->text != NULL)
        explicit_bzero(f->text, f->len);
    free(f->text);
    *f = (struct kc_text_file){0};
}
