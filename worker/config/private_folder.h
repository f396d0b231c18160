/*
 * private_folder.h - a folder for the files of one worker process, below /tmp, gone when the process is: removed by itself at
 * its end, or, when it was killed, by the next worker of the same user.
 *
 * The folder is locked (flock) for as long as its process lives. That tells the folders of killed workers from those of
 * running ones, and keeps systemd-tmpfiles, which leaves locked folders alone, from removing old files of a long-lived worker.
 */
#ifndef KC_CONFIG_PRIVATE_FOLDER_H
#define KC_CONFIG_PRIVATE_FOLDER_H

#include "base/error.h"

struct kc_private_folder;

/*
 * Makes `<below>/kconnect-XXXXXX` (mode 0700), after removing what killed workers of this user left in `below`. NULL: *err.
 * Not for folders whose files others may change: it removes everything in them.
 */
struct kc_private_folder *kc_private_folder_make(const char *below, struct kc_error *err);
const char *kc_private_folder_path(const struct kc_private_folder *f);
/* Removes the folder with all that is in it. NULL: nothing. */
void kc_private_folder_remove(struct kc_private_folder *f);

#endif
