/* The role `probe` of the worker's executable, for tests that need an executable to run. */
#include "plugin/registry.h"

int main(int argc, char **argv)
{
    return argc == 3 ? kc_probe_main(argv[2]) : 2;
}
