/* plugin.h - the one symbol a plugin exports, and what it leads to. */
#ifndef KC_PLUGIN_H
#define KC_PLUGIN_H

#include <kconnect/connector.h>
#include <kconnect/pipeline.h>

KC_BEGIN_DECLS

enum {                               /* kc_component.kind: tells the type of kc_component.ops */
       KC_KIND_SOURCE = 1,           /* struct kc_source_ops */
       KC_KIND_SINK = 2,             /* struct kc_sink_ops */
       KC_KIND_TRANSFORM = 3,        /* struct kc_transform_ops */
       KC_KIND_PREDICATE = 4,        /* struct kc_predicate_ops */
       KC_KIND_CONVERTER = 5,        /* struct kc_converter_ops */
       KC_KIND_HEADER_CONVERTER = 6, /* struct kc_header_converter_ops */
       KC_KIND_CONFIG_PROVIDER = 7,  /* struct kc_config_provider_ops */
       KC_KIND_REST_EXTENSION = 8,   /* reserved */
};

/* One thing a user can name in a configuration. Constant data: the host may read it at any time. */
struct kc_component {
    uint32_t struct_size;
    uint32_t kind;
    const char *id;      /* "mysql-source": what connector.class says */
    const char *version; /* semantic version, may differ per component */
    const char *title;   /* one line for lists */
    const char *doc;     /* Markdown, may be NULL */
    const char *const
        *aliases; /* other accepted names, e.g. a Java class name; ends with NULL; may be NULL */
    const struct kc_config_def *config;
    const void *ops;
    /* A table of an optional ability, or NULL. `self` is NULL, or the instance that open() made. May be
     * NULL. */
    const void *(*get_extension)(void *self, const char *id);
};

/*
 * The first 16 bytes keep this layout in every future major, so that any host can say why it refuses.
 * Owned by the plugin, constant, valid until the process ends.
 */
struct kc_plugin {
    uint32_t magic;     /* KC_ABI_MAGIC */
    uint16_t abi_major; /* the headers it was built with */
    uint16_t abi_minor;
    uint32_t struct_size;
    uint16_t min_minor; /* oldest host minor it can work with; 0 unless it needs newer calls */
    uint16_t reserved0;
    uint32_t flags;
    uint32_t n_components;
    const struct kc_component *const *components;
    const char *name;
    const char *version;
    const char *vendor;  /* may be NULL */
    const char *license; /* SPDX, may be NULL */
};

/*
 * The exported function; the name carries the major, so one file may serve two majors.
 * `host` lives until the process ends: keep it. Called once per process, before anything else, on the task's
 * thread. Must only look at `host` and return: no threads, no files, no sockets. NULL: the plugin declines,
 * having said why with host->log(NULL, ...).
 */
#define KC_PLUGIN_ENTRY  kc_plugin_v0
#define KC_PLUGIN_SYMBOL "kc_plugin_v0"
typedef const struct kc_plugin *(*kc_plugin_entry_fn)(const struct kc_host *host);
KC_EXPORT const struct kc_plugin *kc_plugin_v0(const struct kc_host *host);

#define KC_PLUGIN_HEADER(components_array, count)                                                            \
    .magic = KC_ABI_MAGIC, .abi_major = KC_ABI_MAJOR, .abi_minor = KC_ABI_MINOR,                             \
    .struct_size = sizeof(struct kc_plugin), .components = (components_array), .n_components = (count)

KC_END_DECLS
#endif
