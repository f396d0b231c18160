/* task_runner.c - the task role alone, for tests that play the worker. */
#include "task/task_main.h"

int main(void)
{
    return kc_task_main();
}
