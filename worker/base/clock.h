/* clock.h - the two clocks. */
#ifndef KC_BASE_CLOCK_H
#define KC_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970-01-01 UTC; may step. For timestamps that people or other systems read. [any thread] */
int64_t kc_now_ms(void);

/* Milliseconds of a clock that never steps, from an arbitrary start. For deadlines and pauses. [any thread] */
int64_t kc_mono_ms(void);

#endif
