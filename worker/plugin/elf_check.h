/* elf_check.h - what a file is, told from its bytes alone: nothing of it is run. Any thread. */
#ifndef KC_PLUGIN_ELF_CHECK_H
#define KC_PLUGIN_ELF_CHECK_H

#include <stddef.h>

enum kc_elf_verdict {
    KC_ELF_PLUGIN,     /* a shared object for this machine that exports our entry function */
    KC_ELF_OTHER_ABI,  /* it exports an entry function, of other versions of the ABI only */
    KC_ELF_NO_PLUGIN,  /* a sound shared object without an entry function: a library */
    KC_ELF_WRONG_FILE, /* no ELF file, another machine, truncated, unreadable */
};

/*
 * Looks at the ELF headers and the dynamic symbol table. `detail` gets a sentence for every verdict but KC_ELF_PLUGIN;
 * `extra` (may be NULL) the number of functions and objects it exports besides entry functions.
 */
enum kc_elf_verdict kc_elf_check(const char *file, char *detail, size_t size, size_t *extra);

#endif
