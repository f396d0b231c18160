/* The role `validate` of the worker's executable, for tests that need an executable to run. */
#include "validate/validator.h"

int main(void)
{
    return kc_validate_main();
}
