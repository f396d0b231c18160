/*
 * line_reader.h - the lines of a file that may still grow, each with the position behind it.
 *
 * A line ends with \n, \r or \r\n, as for Java's BufferedReader; the end does not belong to it. What comes behind the last line
 * end is no line yet, and neither is a text before a \r that is the file's last byte, since a \n may follow.
 */
#ifndef KC_FILE_LINE_READER_H
#define KC_FILE_LINE_READER_H

#include <stdbool.h>

#include <kconnect/error.h>

/* Zero-initialise, set max_line_bytes and position. One thread. */
struct kc_line_reader {
    size_t max_line_bytes;
    int64_t position; /* in the file, of data[begin]: everything before it was handed out */
    char *data;
    size_t cap, begin, end;
    size_t looked; /* no line ends in data[begin..looked) */
};

/* One line: bytes of the reader, until the next kc_line_reader_fill() or _reset(). */
struct kc_file_line {
    const char *text;
    size_t len;
    int64_t next; /* the position behind it and its end */
};

/* Takes the next line out of what was read. False: more has to be read. */
bool kc_line_reader_next(struct kc_line_reader *r, struct kc_file_line *out);

/*
 * Reads more of `fd`, by position, so that the descriptor's own does not matter. *n: how many bytes came, 0 at the end of
 * the file for now. Lines handed out before are gone. KC_ERR_CONFIG: the next line is longer than max_line_bytes.
 * KC_ERR_RETRY: the system cannot read. KC_ERR_NOMEM.
 */
kc_status kc_line_reader_fill(struct kc_line_reader *r, int fd, size_t *n, struct kc_error *err);

/* Forgets what was read and not handed out; it is read again. */
void kc_line_reader_reset(struct kc_line_reader *r);
void kc_line_reader_finish(struct kc_line_reader *r);

/* Whether `line` is longer than the reader takes: what kc_line_reader_fill() would have said of it if it had come in pieces. */
kc_status kc_line_reader_check(const struct kc_line_reader *r, const struct kc_file_line *line,
                               struct kc_error *err);

#endif
