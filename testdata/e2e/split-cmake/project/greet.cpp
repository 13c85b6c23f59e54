#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <zlib.h>

// Greets with the word of a file that was installed, and tells its checksum.
int main() {
    try {
        std::ifstream file(SHARE "/greeting.txt");
        std::string word;
        if (!std::getline(file, word)) {
            throw std::runtime_error("no greeting");
        }
        std::cout << word << ' ' << crc32(0, reinterpret_cast<const Bytef *>(word.data()), word.size()) << std::endl;
    } catch (const std::exception &error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
    return 0;
}
