/*
 * Speaks a text into a WAV file and shows when each word is heard.
 *
 *   cc speak.c $(pkg-config --cflags --libs kokoro) -o speak
 *   ./speak "The bus stops in front of the school." speech.wav
 *
 * KOKORO_MODEL and KOKORO_VOICES name the model and its voices; without them the small robotic voice speaks.
 */
#include <stdio.h>
#include <stdlib.h>

#include <kokoro.h>

static void check(kokoro_status status, const char *what)
{
    if (status >= 100) {
        fprintf(stderr, "%s: %s: %s\n", what, kokoro_status_name(status), kokoro_last_error());
        exit(EXIT_FAILURE);
    }
}

int main(int argc, char **argv)
{
    const char *text = argc > 1 ? argv[1] : "The bus stops in front of the school.";
    const char *path = argc > 2 ? argv[2] : "speech.wav";

    kokoro_config *config;
    check(kokoro_config_from_environment(&config), "configuration");
    if (getenv("KOKORO_MODEL") == NULL) {
        check(kokoro_config_set_model(config, "builtin"), "model");
    }
    kokoro_synthesizer *synthesizer;
    check(kokoro_config_build(config, &synthesizer), "load"); /* uses the configuration up */

    kokoro_request *request;
    check(kokoro_request_new(text, KOKORO_NUL_TERMINATED, &request), "request");
    kokoro_speech *speech;
    check(kokoro_synthesizer_speak(synthesizer, request, &speech), "speak");

    const kokoro_word *words;
    size_t count;
    if (kokoro_speech_words(speech, &words, &count) == KOKORO_OK) {
        for (size_t i = 0; i < count; i++) {
            int bytes = (int)(words[i].text.end - words[i].text.start);
            printf("%6.2f s  %.*s\n", words[i].start_seconds, bytes, text + words[i].text.start);
        }
    }
    check(kokoro_speech_write_wav(speech, path, KOKORO_WAV_PCM16), "write");
    printf("%s\n", path);

    kokoro_speech_free(speech);
    kokoro_request_free(request);
    kokoro_synthesizer_free(synthesizer);
    return EXIT_SUCCESS;
}
