/* error.h - making and passing on a struct kc_error inside the worker. Plugins have their own in <kconnect/sdk.h>. */
#ifndef KC_BASE_ERROR_H
#define KC_BASE_ERROR_H

#include <kconnect/error.h>

/* An empty error, ready to be handed down: `struct kc_error err = KC_ERROR_INIT;` */
#define KC_ERROR_INIT                                                                                        \
    {                                                                                                        \
        .struct_size = sizeof(struct kc_error)                                                               \
    }

/* Writes one sentence into *err (NULL is allowed) and returns `status`. Too long a text is cut at a character. */
__attribute__((format(printf, 3, 4))) kc_status kc_fail(struct kc_error *err, kc_status status,
                                                        const char *fmt, ...);

/* As kc_fail, with ": <text of errno>" behind it. errno is read before anything else. */
__attribute__((format(printf, 3, 4))) kc_status kc_fail_errno(struct kc_error *err, kc_status status,
                                                              const char *fmt, ...);

/* Puts "<context>: " before the message that *err has and returns its status. */
__attribute__((format(printf, 2, 3))) kc_status kc_wrap(struct kc_error *err, const char *fmt, ...);

#endif
