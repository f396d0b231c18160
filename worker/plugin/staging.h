/*
 * staging.h - private copies of plugin files. A running process that maps a .so crashes when the file is overwritten in
 * place, so everything is loaded from <state_dir>/plugins/<SHA-256 of the content>/ only. A copy is never changed.
 */
#ifndef KC_PLUGIN_STAGING_H
#define KC_PLUGIN_STAGING_H

#include <stddef.h>

#include "base/error.h"

/*
 * Makes the folder <state_dir>/plugins (mode 0700, parents too). *folder is the caller's to free, *lock (flock(2), shared)
 * to close when it stages no more; -1: the file system has no locks. Whoever opens a folder that nobody else has open
 * removes the copies that earlier workers left there.
 */
kc_status kc_staging_open(const char *state_dir, char **folder, int *lock, struct kc_error *err);

/*
 * Copies one file, or all files of a folder with a plugin and its private libraries, into `folder`/<hash>/. *staged gets
 * the path of that folder (free() it); a copy that is there already is used, and completed where files of it were
 * deleted. KC_ERR_FATAL: *err names the file. Any thread.
 */
kc_status kc_staging_add_file(const char *folder, const char *file, char **staged, struct kc_error *err);
kc_status kc_staging_add_folder(const char *folder, const char *from, char **staged, struct kc_error *err);

/* How many files lie where the staged one does, itself among them; 0: it is not there. Looks at nothing but that folder. */
size_t kc_staging_count(const char *staged_file);

#endif
