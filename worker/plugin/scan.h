/* scan.h - which files in plugin.path may be plugins: *.so in each folder and in its direct subfolders. */
#ifndef KC_PLUGIN_SCAN_H
#define KC_PLUGIN_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct kc_candidate {
    char *file;
    char *folder; /* the plugin's own folder, staged as a whole; NULL: a single file */
};

struct kc_candidates {
    struct kc_candidate *list;
    size_t n;
    /* "FOLDER: No such file or directory" of those of `paths` that could not be read; NULL: none */
    char *unreadable;
};

/*
 * Looks through `paths` (folders, or .so files; ends with NULL) in their order, names sorted. Hidden files are ignored;
 * a file that two paths lead to is listed once. What can be no plugin, but was meant to be one, is listed to be refused: a
 * link that leads to nothing, a fifo, a subfolder that can't be read. KC_ERR_NOMEM.
 */
kc_status kc_scan(const char *const *paths, struct kc_candidates *out, struct kc_error *err);
void kc_scan_finish(struct kc_candidates *c);

#endif
