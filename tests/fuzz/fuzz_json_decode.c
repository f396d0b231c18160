/*
 * The converter json on any bytes: it never fails the batch, what it accepts can be written, and what it has written it
 * reads back as the same message. Each input is read with schemas and without them, and as a header by `simple`, which
 * accepts everything.
 */
#include "converter.h"
#include "json_converter.h"
#include "simple_converter.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

static bool failed(const char *text)
{
    return text != NULL && text[0] == '!';
}

static void there_and_back(struct converter *c, const char *bytes, size_t n)
{
    const char *again, *third;
    size_t len;

    if (!converter_decode(c, bytes, n))
        return;
    again = encoded(c, decoded_schema(), *decoded_value());
    if (again == NULL || failed(again)) /* a null, or a Decimal with more digits than we write as a number */
        return;
    len = encoded_len();
    REQUIRE(converter_decode(c, again, len));
    third = encoded(c, decoded_schema(), *decoded_value());
    REQUIRE(third != NULL && encoded_len() == len && memcmp(again, third, len) == 0);
}

/* Every text is read as something, and what it was read as can be written. */
static void as_a_header(struct converter *c, const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);

    REQUIRE(converter_decode_header(c, text));
    if (decoded_value()->type != KC_NULL)
        REQUIRE(!failed(header_encoded(c, decoded_schema(), *decoded_value())) || text[0] == '!');
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const plain[] = {"schemas.enable", "false", NULL};
    struct converter *c;

    for (int i = 0; i < 2; i++) {
        c = converter_open(&kc_json_converter, KC_FOR_VALUE, i == 0 ? NULL : plain);
        there_and_back(c, (const char *)data, size);
        converter_close(c);
    }
    c = converter_open(&kc_simple_header_converter, 0, NULL);
    as_a_header(c, data, size);
    converter_close(c);
    (void)converter_free_all(NULL);
    return 0;
}
