/* Prints the sizes and places of everything that C programs are compiled with. */
#include <stdio.h>

#include <kokoro.h>

#define TYPE(type) printf("%s %zu\n", #type, sizeof(type))
#define FIELD(type, field) printf("%s.%s %zu %zu\n", #type, #field, offsetof(type, field), sizeof(((type *)0)->field))

int main(void)
{
    TYPE(kokoro_status);
    TYPE(kokoro_range);
    FIELD(kokoro_range, start);
    FIELD(kokoro_range, end);
    TYPE(kokoro_word);
    FIELD(kokoro_word, text);
    FIELD(kokoro_word, characters);
    FIELD(kokoro_word, start_seconds);
    FIELD(kokoro_word, end_seconds);
    TYPE(kokoro_chunk);
    FIELD(kokoro_chunk, text);
    FIELD(kokoro_chunk, first_sample);
    FIELD(kokoro_chunk, sample_count);
    TYPE(kokoro_voice);
    FIELD(kokoro_voice, name);
    FIELD(kokoro_voice, language);
    FIELD(kokoro_voice, gender);
    return 0;
}
