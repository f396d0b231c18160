#include "supervisor/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { LENGTH_BYTES = 4 };

kc_status kc_control_frame_text(const char *json, size_t len, struct kc_buf *out, struct kc_error *err)
{
    uint8_t length[LENGTH_BYTES];

    if (len > KC_CONTROL_MAX_BYTES)
        return kc_fail(err, KC_ERR_FATAL,
                       "a control message of %zu bytes is longer than the %d that are allowed", len,
                       KC_CONTROL_MAX_BYTES);
    for (int i = 0; i < LENGTH_BYTES; i++)
        length[i] = (uint8_t)(len >> (8 * i));
    kc_buf_add(out, length, sizeof(length));
    kc_buf_add(out, json, len);
    return out->failed ? kc_fail(err, KC_ERR_NOMEM, "out of memory for a control message") : KC_OK;
}

kc_status kc_control_frame(const cJSON *message, struct kc_buf *out, struct kc_error *err)
{
    char *text = cJSON_PrintUnformatted(message);
    kc_status status;

    if (text == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a control message");
    status = kc_control_frame_text(text, strlen(text), out, err);
    cJSON_free(text);
    return status;
}

static size_t frame_length(const struct kc_buf *in)
{
    size_t len = 0;

    for (int i = 0; i < LENGTH_BYTES; i++)
        len |= (size_t)(uint8_t)in->data[i] << (8 * i);
    return len;
}

static void drop_front(struct kc_buf *in, size_t n)
{
    memmove(in->data, in->data + n, in->len - n);
    in->len -= n;
    in->data[in->len] = '\0';
}

kc_status kc_control_take(struct kc_buf *in, cJSON **message, struct kc_error *err)
{
    size_t len;
    cJSON *parsed;

    if (in->failed)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a control message");
    if (in->len < LENGTH_BYTES)
        return KC_NOTHING;
    len = frame_length(in);
    if (len > KC_CONTROL_MAX_BYTES)
        return kc_fail(err, KC_ERR_FATAL,
                       "the other side announced a control message of %zu bytes; %d are allowed", len,
                       KC_CONTROL_MAX_BYTES);
    if (in->len - LENGTH_BYTES < len)
        return KC_NOTHING;
    parsed = kc_json_parse(in->data + LENGTH_BYTES, len, err);
    if (parsed == NULL) {
        (void)kc_wrap(err, "a control message is no JSON");
        return KC_ERR_FATAL;
    }
    if (kc_json_text(parsed, "type") == NULL) {
        cJSON_Delete(parsed);
        return kc_fail(err, KC_ERR_FATAL, "a control message is no object with a \"type\"");
    }
    drop_front(in, LENGTH_BYTES + len);
    *message = parsed;
    return KC_OK;
}
