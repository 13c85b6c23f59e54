#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Greets with the word of a file, and tells its checksum. */
int main(void) {
    char word[64] = "";
    FILE *file = fopen("words/greeting.txt", "r");
    if (!file || !fgets(word, sizeof word, file)) {
        perror("words/greeting.txt");
        return 1;
    }
    fclose(file);
    word[strcspn(word, "\n")] = 0;
    printf("%s, %s! %lx\n", word, getenv("WHO"), crc32(0, (unsigned char *)word, strlen(word)));
    return 0;
}
