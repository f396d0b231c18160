/*
 * json_decode.h - messages of the json converter back to typed values.
 *
 * Schemas are kept by their text, so that only the first message with a schema pays for reading it: where the next one
 * begins with the same bytes, its payload alone is parsed. The cache holds one reference to each schema; when it is full it
 * is emptied between two batches, or for headers, which do not tell of batches, refuses further schemas. Task thread only.
 */
#ifndef KC_FORMATS_JSON_DECODE_H
#define KC_FORMATS_JSON_DECODE_H

#include "json_parse_value.h"
#include "out.h"

struct kc_json_known;

struct kc_json_decoder {
    struct kc_ctx *ctx;
    struct kc_json_reader reader;
    struct kc_json_context context; /* but for the arena, which comes with each batch */
    bool schemas;                   /* schemas.enable */
    bool keeps;                     /* headers: nobody says when a schema is done with, so none is given up */
    uint32_t n, most;               /* schemas.cache.size */
    struct kc_json_known *first;    /* the schema of the message before is in front */
    char *content_text; /* schema.content, until it has been read with the first message; or NULL */
    uint32_t content_len;
    uint32_t reserved;
    const struct kc_schema *content;
};

/*
 * `content` is the text of schema.content, len 0: none; where it describes no schema, decoding gives KC_ERR_CONFIG. Finish
 * it in every case.
 */
kc_status kc_json_decoder_init(struct kc_json_decoder *d, struct kc_ctx *ctx, bool schemas,
                               bool null_with_default, uint32_t most, struct kc_str content,
                               struct kc_error *err);
void kc_json_decoder_finish(struct kc_json_decoder *d);
/* To be called before a batch. */
void kc_json_decoder_trim(struct kc_json_decoder *d);

/* A kc_get_fn, but for `self`. */
kc_status kc_json_decode(struct kc_json_decoder *d, struct kc_arena *a, const struct kc_schema **schema,
                         struct kc_value *v, struct kc_error *err);

#endif
