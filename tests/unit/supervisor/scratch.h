/* scratch.h - a fresh folder for a test, and files in it. */
#ifndef KC_TEST_SCRATCH_H
#define KC_TEST_SCRATCH_H

/* A new folder below $TMPDIR or /tmp; scratch_remove() deletes it with all that is in it and frees the text. */
char *scratch_make(void);
void scratch_remove(char *folder);

/* "a/b", to be freed. */
char *scratch_path(const char *folder, const char *name);
/* Makes the folder `name` in `folder`; its path, to be freed. */
char *scratch_folder(const char *folder, const char *name);
/* Copies the file `from` to `to`, only its first `most` bytes unless that is negative. */
void scratch_copy(const char *from, const char *to, long most);
void scratch_write(const char *to, const char *text);

#endif
