/* file.c - the plugin as a file: which symbols it exports. Nothing of it is run. */
#include "check.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_NAMED = 10 };

struct image {
    const uint8_t *bytes;
    size_t size;
};

/* `n` items of `each` bytes at `offset`, or NULL when the file ends before. */
static const void *part(const struct image *i, uint64_t offset, uint64_t n, uint64_t each)
{
    if (offset > i->size || (each > 0 && n > (i->size - offset) / each))
        return NULL;
    return i->bytes + offset;
}

static const Elf64_Shdr *find_section(const struct image *i, const Elf64_Ehdr *head, uint32_t type)
{
    const Elf64_Shdr *sections = part(i, head->e_shoff, head->e_shnum, sizeof(*sections));

    for (unsigned n = 0; sections != NULL && n < head->e_shnum; n++)
        if (sections[n].sh_type == type)
            return &sections[n];
    return NULL;
}

static bool is_exported(const Elf64_Sym *s)
{
    unsigned bind = ELF64_ST_BIND(s->st_info), visibility = ELF64_ST_VISIBILITY(s->st_other);

    return s->st_shndx != SHN_UNDEF && s->st_shndx != SHN_ABS && (bind == STB_GLOBAL || bind == STB_WEAK) &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static bool judge_symbols(struct check *c, const struct image *i, const Elf64_Ehdr *head,
                          const Elf64_Shdr *table)
{
    const Elf64_Shdr *sections = part(i, head->e_shoff, head->e_shnum, sizeof(*sections));
    uint64_t n = table->sh_size / sizeof(Elf64_Sym);
    const Elf64_Sym *symbols = part(i, table->sh_offset, n, sizeof(*symbols));
    const Elf64_Shdr *names = table->sh_link < head->e_shnum ? &sections[table->sh_link] : NULL;
    const char *text = names == NULL ? NULL : part(i, names->sh_offset, names->sh_size, 1);
    bool entry = false;
    unsigned more = 0;

    if (symbols == NULL || text == NULL || names->sh_size == 0 || text[names->sh_size - 1] != '\0') {
        check_fail(c, "the file is damaged: its table of symbols is not whole");
        return false;
    }
    for (uint64_t s = 0; s < n; s++) {
        const char *name = symbols[s].st_name < names->sh_size ? text + symbols[s].st_name : "?";

        if (!is_exported(&symbols[s]))
            continue;
        if (strcmp(name, KC_PLUGIN_SYMBOL) == 0)
            entry = true;
        else if (++more <= MAX_NAMED)
            check_fail(c, "it exports %s as well: link with the SDK's version script", name);
    }
    if (more > MAX_NAMED)
        check_fail(c, "it exports %u symbols more than those named above", more - MAX_NAMED);
    if (!entry)
        check_fail(c, "it does not export " KC_PLUGIN_SYMBOL);
    else if (more == 0)
        check_pass(c, "it exports one symbol, " KC_PLUGIN_SYMBOL);
    return entry;
}

static bool judge_file(struct check *c, const struct image *i)
{
    const Elf64_Ehdr *head = part(i, 0, 1, sizeof(*head));
    const Elf64_Shdr *symbols;

    if (head == NULL || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
        head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_type != ET_DYN) {
        check_fail(c, "it is no shared object for 64 bits");
        return false;
    }
    symbols = find_section(i, head, SHT_DYNSYM);
    if (symbols == NULL) {
        check_fail(c, "it has no table of dynamic symbols");
        return false;
    }
    return judge_symbols(c, i, head, symbols);
}

bool check_file(struct check *c)
{
    struct image i = {0};
    struct stat st;
    bool good;
    int fd = open(c->options->file, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        i.size = (size_t)st.st_size;
        i.bytes = mmap(NULL, i.size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (i.size == 0 || i.bytes == MAP_FAILED) {
        check_fail(c, "%s can't be read: %s", c->options->file,
                   fd < 0 ? strerror(errno) : "it is empty or no file");
        if (fd >= 0)
            close(fd);
        return false;
    }
    close(fd);
    good = judge_file(c, &i);
    (void)munmap((void *)(uintptr_t)i.bytes, i.size);
    return good;
}
