/*
 * Speech by a callback, which has enough after three seconds.
 */
#include <stdio.h>
#include <stdlib.h>

#include <kokoro.h>

struct player {
    size_t samples;
    size_t chunks;
};

/* Returns other than 0 to stop. */
static int32_t play(void *user_data, const kokoro_speech *chunk)
{
    struct player *player = user_data;
    size_t count;
    const float *samples = kokoro_speech_samples(chunk, &count);
    if (samples == NULL) {
        return 1;
    }
    player->samples += count;
    player->chunks += 1;
    return player->samples > 3 * KOKORO_SAMPLE_RATE;
}

static void check(kokoro_status status, const char *what)
{
    if (status >= 100) {
        fprintf(stderr, "%s: %s: %s\n", what, kokoro_status_name(status), kokoro_last_error());
        exit(EXIT_FAILURE);
    }
}

int main(void)
{
    const char *text = "This is a long text.\nIt has several paragraphs.\nEach of them is a chunk of its own.\n"
                       "Nobody will hear the last ones.\nThe player has enough after three seconds.\n"
                       "The rest is not even made.";

    kokoro_config *config;
    check(kokoro_config_new(&config), "configuration");
    check(kokoro_config_set_model(config, "builtin"), "model");
    check(kokoro_config_set_chunk_symbols(config, 40), "chunks");
    kokoro_synthesizer *synthesizer;
    check(kokoro_config_build(config, &synthesizer), "load");
    kokoro_request *request;
    check(kokoro_request_new(text, KOKORO_NUL_TERMINATED, &request), "request");

    struct player player = {0, 0};
    kokoro_status status = kokoro_synthesizer_speak_to(synthesizer, request, play, &player);
    check(status, "speak");
    printf("%s after %zu chunks, %.2f s\n", kokoro_status_name(status), player.chunks,
           (double)player.samples / KOKORO_SAMPLE_RATE);

    kokoro_request_free(request);
    kokoro_synthesizer_free(synthesizer);
    return status == KOKORO_STOPPED ? EXIT_SUCCESS : EXIT_FAILURE;
}
