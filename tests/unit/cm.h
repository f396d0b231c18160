/* cm.h - cmocka with what it wants included before it. */
#ifndef KC_TEST_CM_H
#define KC_TEST_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
