#include "plugin/elf_check.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kconnect/plugin.h>

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#error "add the ELF machine number of this processor"
#endif

static const char entry_prefix[] = "kc_plugin_v";

struct image {
    const uint8_t *bytes;
    uint64_t size;
};

struct exports {
    bool ours;
    char other[64]; /* an entry function of another ABI */
    size_t extra;
};

__attribute__((format(printf, 3, 4))) static enum kc_elf_verdict wrong(char *detail, size_t size,
                                                                       const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(detail, size, fmt, ap);
    va_end(ap);
    return KC_ELF_WRONG_FILE;
}

static bool has(const struct image *f, uint64_t at, uint64_t n)
{
    return at <= f->size && n <= f->size - at;
}

static enum kc_elf_verdict check_header(const struct image *f, char *detail, size_t size)
{
    const Elf64_Ehdr *h = (const void *)f->bytes;

    if (f->size < SELFMAG || memcmp(f->bytes, ELFMAG, SELFMAG) != 0)
        return wrong(detail, size, "it is no ELF file; a plugin is a shared object (.so)");
    if (f->size < sizeof(*h))
        return wrong(detail, size, "the file is truncated: it ends inside the ELF header");
    if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
        h->e_machine != OUR_MACHINE)
        return wrong(detail, size, "it was built for another machine (ELF machine %u, this worker is %u)",
                     (unsigned)h->e_machine, (unsigned)OUR_MACHINE);
    if (h->e_type != ET_DYN)
        return wrong(detail, size, "it is no shared object (ELF type %u)", (unsigned)h->e_type);
    return KC_ELF_PLUGIN;
}

/* Every loaded segment must be inside the file: the dynamic linker maps without looking and the task would die of SIGBUS. */
static bool segments_are_there(const struct image *f, const Elf64_Ehdr *h)
{
    if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phoff % sizeof(uint64_t) != 0 ||
        !has(f, h->e_phoff, (uint64_t)h->e_phnum * sizeof(Elf64_Phdr)))
        return false;
    for (uint32_t i = 0; i < h->e_phnum; i++) {
        const Elf64_Phdr *p = (const void *)(f->bytes + h->e_phoff + (uint64_t)i * sizeof(*p));

        if (p->p_type == PT_LOAD && !has(f, p->p_offset, p->p_filesz))
            return false;
    }
    return true;
}

static void note_export(struct exports *out, const char *name)
{
    /* The linker puts these into some shared objects by itself. */
    static const char *const own[] = {"_init", "_fini", "_edata", "_end", "__bss_start"};

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (strcmp(name, own[i]) == 0)
            return;
    if (strcmp(name, KC_PLUGIN_SYMBOL) == 0)
        out->ours = true;
    else if (strncmp(name, entry_prefix, sizeof(entry_prefix) - 1) == 0)
        (void)snprintf(out->other, sizeof(out->other), "%s", name);
    else
        out->extra++;
}

static bool read_symbols(const struct image *f, const Elf64_Shdr *table, const Elf64_Shdr *names,
                         struct exports *out)
{
    if (!has(f, table->sh_offset, table->sh_size) || !has(f, names->sh_offset, names->sh_size) ||
        table->sh_offset % sizeof(uint64_t) != 0)
        return false;
    for (uint64_t i = 1; i < table->sh_size / sizeof(Elf64_Sym); i++) {
        const Elf64_Sym *s = (const void *)(f->bytes + table->sh_offset + i * sizeof(*s));
        const char *name;

        if (s->st_shndx == SHN_UNDEF || ELF64_ST_BIND(s->st_info) == STB_LOCAL)
            continue;
        if (s->st_name >= names->sh_size)
            return false;
        name = (const char *)f->bytes + names->sh_offset + s->st_name;
        if (memchr(name, 0, names->sh_size - s->st_name) == NULL)
            return false;
        note_export(out, name);
    }
    return true;
}

/* False: the file is not whole. */
static bool read_exports(const struct image *f, const Elf64_Ehdr *h, struct exports *out)
{
    const Elf64_Shdr *sections;

    if (h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shoff % sizeof(uint64_t) != 0 ||
        !has(f, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr)))
        return false;
    sections = (const void *)(f->bytes + h->e_shoff);
    for (uint32_t i = 0; i < h->e_shnum; i++)
        if (sections[i].sh_type == SHT_DYNSYM)
            return sections[i].sh_link < h->e_shnum &&
                   read_symbols(f, &sections[i], &sections[sections[i].sh_link], out);
    return true;
}

static enum kc_elf_verdict check_image(const struct image *f, char *detail, size_t size, struct exports *out)
{
    const Elf64_Ehdr *h = (const void *)f->bytes;
    enum kc_elf_verdict verdict = check_header(f, detail, size);

    if (verdict != KC_ELF_PLUGIN)
        return verdict;
    if (!segments_are_there(f, h) || !read_exports(f, h, out))
        return wrong(detail, size,
                     "the file is truncated or damaged: parts that its headers name are not there");
    if (out->ours)
        return KC_ELF_PLUGIN;
    if (out->other[0] != '\0') {
        (void)snprintf(detail, size, "it was built for ABI %s of kconnect, this worker has ABI %d (%s)",
                       out->other + sizeof(entry_prefix) - 1, KC_ABI_MAJOR, KC_PLUGIN_SYMBOL);
        return KC_ELF_OTHER_ABI;
    }
    (void)snprintf(detail, size, "it is no kconnect plugin: it does not export %s", KC_PLUGIN_SYMBOL);
    return KC_ELF_NO_PLUGIN;
}

/* Read, not mapped: a file that is cut short meanwhile would end the worker with SIGBUS. */
static bool read_file(int fd, struct image *f)
{
    struct stat st;
    uint8_t *bytes;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return false;
    bytes = malloc((size_t)st.st_size);
    if (bytes == NULL)
        return false;
    f->bytes = bytes;
    while (f->size < (uint64_t)st.st_size) {
        ssize_t n = read(fd, bytes + f->size, (size_t)st.st_size - f->size);

        if (n <= 0)
            break;
        f->size += (uint64_t)n;
    }
    return true;
}

enum kc_elf_verdict kc_elf_check(const char *file, char *detail, size_t size, size_t *extra)
{
    struct exports exports = {0};
    enum kc_elf_verdict verdict;
    struct image f = {0};
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a fifo must not hold us up */
    bool readable;

    if (fd < 0)
        return wrong(detail, size, "it cannot be read: %s%s", strerror(errno),
                     errno == ENOENT ? " (is it a link that leads to nothing?)" : "");
    readable = read_file(fd, &f);
    (void)close(fd);
    if (!readable)
        return wrong(detail, size, "it is empty or no regular file");
    verdict = check_image(&f, detail, size, &exports);
    free((void *)(uintptr_t)f.bytes);
    if (extra != NULL)
        *extra = exports.extra;
    return verdict;
}
