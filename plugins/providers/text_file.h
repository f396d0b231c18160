/* text_file.h - a small file of text, read whole, with a sentence for everything that is wrong with it. */
#ifndef KC_PROVIDERS_TEXT_FILE_H
#define KC_PROVIDERS_TEXT_FILE_H

#include "allowed_paths.h"

enum { KC_TEXT_FILE_MAX_BYTES = 1 << 20 };

struct kc_text_file {
    char *text; /* UTF-8, with a NUL behind it */
    size_t len;
};

/*
 * Reads `path` (below the open folder `dir`, or AT_FDCWD for a whole path): a regular file of at most 1 MiB of UTF-8, permitted by `allowed`. KC_ERR_CONFIG: *err
 * says why not, and nothing of what is in it. kc_text_file_finish() wipes and frees it.
 */
kc_status kc_text_file_read(int dir, const char *path, const struct kc_allowed_paths *allowed,
                            struct kc_text_file *out, struct kc_error *err);
void kc_text_file_finish(struct kc_text_file *f);

/* The sentence for a file or folder outside of allowed.paths. */
kc_status kc_text_file_not_allowed(const char *path, struct kc_error *err);

#endif
