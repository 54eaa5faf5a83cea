/*
 * Writes speech to a file while it is made, as 16-bit samples without a header, as a sound device would be fed.
 *
 *   ./stream "Text of any length." speech.raw
 *   aplay -f S16_LE -r 24000 speech.raw
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
    const char *text = argc > 1 ? argv[1]
                                : "The bus stops in front of the school. The old bridge was destroyed by fire, "
                                  "and nobody knows where they are hiding.";
    const char *path = argc > 2 ? argv[2] : "speech.raw";

    kokoro_config *config;
    check(kokoro_config_from_environment(&config), "configuration");
    if (getenv("KOKORO_MODEL") == NULL) {
        check(kokoro_config_set_model(config, "builtin"), "model");
    }
    kokoro_synthesizer *synthesizer;
    check(kokoro_config_build(config, &synthesizer), "load");

    kokoro_request *request;
    check(kokoro_request_new(text, KOKORO_NUL_TERMINATED, &request), "request");
    kokoro_stream *stream;
    check(kokoro_synthesizer_stream(synthesizer, request, &stream), "stream");
    kokoro_request_free(request); /* the stream does not need it */

    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        return EXIT_FAILURE;
    }
    kokoro_speech *chunk;
    kokoro_status status;
    while ((status = kokoro_stream_next(stream, &chunk)) == KOKORO_OK) {
        size_t count;
        const int16_t *samples = kokoro_speech_pcm16(chunk, &count);
        size_t written = fwrite(samples, sizeof *samples, count, file);
        double audio, elapsed;
        check(kokoro_speech_stat(chunk, KOKORO_STAT_AUDIO_SECONDS, &audio), "statistics");
        check(kokoro_speech_stat(chunk, KOKORO_STAT_TOTAL_SECONDS, &elapsed), "statistics");
        printf("after %.3f s: %.2f s of speech%s\n", elapsed, audio, kokoro_speech_is_last(chunk) ? ", all" : "");
        kokoro_speech_free(chunk);
        if (written != count) {
            perror(path);
            return EXIT_FAILURE;
        }
    }
    check(status, "next"); /* KOKORO_DONE is no error */

    kokoro_stream_free(stream);
    kokoro_synthesizer_free(synthesizer);
    return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
