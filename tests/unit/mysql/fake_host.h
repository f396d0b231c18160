/* fake_host.h - the part of a host that decoders need in a test: an arena and schemas. */
#ifndef KC_TEST_FAKE_HOST_H
#define KC_TEST_FAKE_HOST_H

#include <kconnect/sdk.h>

/* Empties the arena: everything made in it is freed. Call it at a test's end too. */
void fake_arena_reset(struct kc_arena *arena);

/* An arena without memory; the first allocation makes some. */
struct kc_arena fake_arena(void);

#endif
