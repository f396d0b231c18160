/* task_main.h - the role `kconnect task`: one task of one connector, in a process of its own. */
#ifndef KC_TASK_TASK_MAIN_H
#define KC_TASK_TASK_MAIN_H

/* Talks over descriptors KC_CONTROL_FD and KC_CRASH_FD (supervisor/control.h). Returns the exit status. */
int kc_task_main(void);

#endif
