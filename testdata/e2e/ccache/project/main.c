#include <stdio.h>

const char *alpha(void);

int main(void) {
    puts(alpha());
    return 0;
}
