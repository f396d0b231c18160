#include "supervisor/crash_symbol.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/signal_text.h"

enum { MAPS_CHUNK = 2048, MAPS_LINE = PATH_MAX + 128 };

/* One file as it is mapped: from its first mapping on. */
struct module {
    uintptr_t start, end;
    char path[PATH_MAX];
};

struct maps {
    int fd;
    size_t at, len;
    char chunk[MAPS_CHUNK];
};

/* Reads one line without its end; false at the end of the file. A longer line is cut. */
static bool next_line(struct maps *m, char *line, size_t size)
{
    size_t n = 0;

    for (;;) {
        char c;

        if (m->at == m->len) {
            ssize_t got = read(m->fd, m->chunk, sizeof(m->chunk));

            if (got <= 0)
                break;
            m->at = 0;
            m->len = (size_t)got;
        }
        c = m->chunk[m->at++];
        if (c == '\n') {
            line[n] = '\0';
            return true;
        }
        if (n + 1 < size)
            line[n++] = c;
    }
    line[n] = '\0';
    return n > 0;
}

static const char *read_hex(const char *p, uintptr_t *out)
{
    uintptr_t v = 0;

    for (;; p++) {
        if (*p >= '0' && *p <= '9')
            v = v * 16 + (uintptr_t)(*p - '0');
        else if (*p >= 'a' && *p <= 'f')
            v = v * 16 + (uintptr_t)(*p - 'a' + 10);
        else
            break;
    }
    *out = v;
    return p;
}

/* "7f00-7f10 r-xp 00001000 08:01 42   /path": proc(5). The path is the sixth field; anonymous memory has none. */
static bool read_mapping(const char *line, uintptr_t *start, uintptr_t *end, const char **path)
{
    const char *p = read_hex(line, start);

    if (*p != '-')
        return false;
    p = read_hex(p + 1, end);
    for (int field = 0; field < 4; field++) {
        while (*p == ' ')
            p++;
        while (*p != ' ' && *p != '\0')
            p++;
    }
    while (*p == ' ')
        p++;
    *path = p;
    return *p == '/' || *p == '[';
}

/* Finds the module that holds `address`. The mappings of one file are adjacent in the list. */
static bool find_module(uintptr_t address, struct module *out)
{
    /* Static, not on the signal stack: a second crash at the same time would only garble a text. */
    static struct maps m;
    static char line[MAPS_LINE];
    bool found = false;

    m.fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    m.at = m.len = 0;
    out->path[0] = '\0';
    if (m.fd < 0)
        return false;
    while (!found && next_line(&m, line, sizeof(line))) {
        uintptr_t start, end;
        const char *path;

        if (!read_mapping(line, &start, &end, &path))
            continue;
        if (strcmp(path, out->path) != 0) {
            kc_signal_copy(out->path, sizeof(out->path), path);
            out->start = start;
        }
        out->end = end;
        found = address >= start && address < end;
    }
    (void)close(m.fd);
    return found;
}

/* A whole file, mapped for reading. */
struct image {
    const uint8_t *bytes;
    size_t size;
};

static bool image_has(const struct image *f, uint64_t at, uint64_t n)
{
    return at <= f->size && n <= f->size - at;
}

/* The address that the file's first loaded segment was linked for: 0 in shared objects. */
static uint64_t link_base(const struct image *f, const Elf64_Ehdr *h)
{
    for (uint32_t i = 0; i < h->e_phnum; i++) {
        uint64_t at = h->e_phoff + (uint64_t)i * sizeof(Elf64_Phdr);
        const Elf64_Phdr *p = (const void *)(f->bytes + at);

        if (!image_has(f, at, sizeof(*p)))
            break;
        if (p->p_type == PT_LOAD)
            return p->p_vaddr - p->p_offset;
    }
    return 0;
}

/* Searches one symbol table for the function around `vaddr`. */
static const char *name_in_table(const struct image *f, const Elf64_Shdr *table, const Elf64_Shdr *names,
                                 uint64_t vaddr)
{
    if (!image_has(f, table->sh_offset, table->sh_size) || !image_has(f, names->sh_offset, names->sh_size))
        return NULL;
    for (uint64_t i = 0; i < table->sh_size / sizeof(Elf64_Sym); i++) {
        const Elf64_Sym *s = (const void *)(f->bytes + table->sh_offset + i * sizeof(*s));

        if (ELF64_ST_TYPE(s->st_info) != STT_FUNC || vaddr < s->st_value || vaddr - s->st_value >= s->st_size)
            continue;
        if (s->st_name >= names->sh_size ||
            memchr(f->bytes + names->sh_offset + s->st_name, 0, names->sh_size - s->st_name) == NULL)
            return NULL;
        return (const char *)f->bytes + names->sh_offset + s->st_name;
    }
    return NULL;
}

static const char *find_name(const struct image *f, uint64_t offset)
{
    const Elf64_Ehdr *h = (const void *)f->bytes;
    const Elf64_Shdr *sections;
    const char *name = NULL;

    if (f->size < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 ||
        h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shoff % sizeof(uint64_t) != 0 ||
        !image_has(f, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr)))
        return NULL;
    sections = (const void *)(f->bytes + h->e_shoff);
    for (int pass = 0; pass < 2 && name == NULL; pass++) {
        uint32_t type = pass == 0 ? SHT_SYMTAB : SHT_DYNSYM;

        for (uint32_t i = 0; i < h->e_shnum && name == NULL; i++)
            if (sections[i].sh_type == type && sections[i].sh_link < h->e_shnum)
                name =
                    name_in_table(f, &sections[i], &sections[sections[i].sh_link], offset + link_base(f, h));
    }
    return name;
}

/* Appends " function" where the module's file tells it. */
static void add_name(const char *path, uint64_t offset, char *text, size_t width)
{
    struct image f = {0};
    struct stat st;
    const char *name = NULL;
    int fd = path[0] == '/' ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && st.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

        if (bytes != MAP_FAILED) {
            f.bytes = bytes;
            f.size = (size_t)st.st_size;
            name = find_name(&f, offset);
        }
    }
    if (name != NULL) {
        kc_signal_append(text, width, " ");
        kc_signal_append(text, width, name);
    }
    if (f.bytes != NULL)
        (void)munmap((void *)(uintptr_t)f.bytes, f.size);
    (void)close(fd);
}

void kc_crash_places(const uintptr_t *addresses, size_t n, char *texts, size_t width)
{
    static struct module module;

    for (size_t i = 0; i < n; i++) {
        char *text = texts + i * width;
        const char *slash;

        text[0] = '\0';
        if (!find_module(addresses[i], &module)) {
            kc_signal_append_hex(text, width, addresses[i]);
            continue;
        }
        slash = strrchr(module.path, '/');
        kc_signal_append(text, width, slash == NULL ? module.path : slash + 1);
        kc_signal_append(text, width, "+");
        kc_signal_append_hex(text, width, addresses[i] - module.start);
        add_name(module.path, addresses[i] - module.start, text, width);
    }
}
