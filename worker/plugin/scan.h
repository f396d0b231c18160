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
    char *
        unreadable; /* "FOLDER: No such file or directory" of the folders that could not be read; NULL: none */
};

/*
 * Looks through `paths` (folders, or .so files; ends with NULL) in their order, names sorted. Hidden files are ignored;
 * a file that two paths lead to is listed once. KC_ERR_NOMEM.
 */
kc_status kc_scan(const char *const *paths, struct kc_candidates *out, struct kc_error *err);
void kc_scan_finish(struct kc_candidates *c);

#endif
