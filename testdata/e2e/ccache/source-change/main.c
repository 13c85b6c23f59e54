#include <stdio.h>

const char *alpha(void);

int main(void) {
    printf("changed: %s\n", alpha());
    return 0;
}
