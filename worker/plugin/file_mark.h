/* file_mark.h - what a plugin in plugin.path looks like from outside, to notice that it was changed. Any thread. */
#ifndef KC_PLUGIN_FILE_MARK_H
#define KC_PLUGIN_FILE_MARK_H

#include <stdint.h>

/*
 * A number made of name, inode, size and the times of the last change of the file and of its inode, for a file may be
 * refused because of its permissions; or of all visible files in `folder` (NULL: a file alone), since a plugin changes with
 * its libraries. 0: not there.
 */
uint64_t kc_file_mark(const char *file, const char *folder);

#endif
