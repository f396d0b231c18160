/* crash_handler.h - the signal handlers behind crash_page.h. */
#ifndef KC_SUPERVISOR_CRASH_HANDLER_H
#define KC_SUPERVISOR_CRASH_HANDLER_H

#include "supervisor/crash_page.h"

/* Installs handlers for SEGV BUS ILL FPE ABRT that write into `page`, on an alternate stack of the calling thread. */
kc_status kc_crash_handler_install(struct kc_crash_page *page, struct kc_error *err);
/* The handlers stay and still let the signal take its course, but write nowhere any more. */
void kc_crash_handler_forget(const struct kc_crash_page *page);

#endif
