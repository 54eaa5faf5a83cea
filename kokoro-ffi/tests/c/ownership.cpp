// What the C++ header promises: exceptions cross the callback, moved objects own nothing, nothing is leaked.
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#if __cplusplus >= 202002L
#include <ranges>
#include <span>
#endif

#include <kokoro.hpp>

static void expect(bool condition, int line) {
    if (!condition) {
        std::fprintf(stderr, "line %d: %s\n", line, kokoro_last_error());
        std::exit(EXIT_FAILURE);
    }
}

#define EXPECT(condition) expect((condition), __LINE__)

template <typename Function> static std::optional<kokoro_status> thrown(Function function) {
    try {
        function();
    } catch (const kokoro::Error &error) {
        EXPECT(*error.what() != 0);
        return error.status();
    }
    return std::nullopt;
}

static void use() {
    std::mutex mutex;
    std::vector<std::string> messages;
    std::optional<kokoro::Log> log;
    log.emplace(KOKORO_LOG_TRACE, [&](kokoro_log_level, std::string_view target, std::string_view) {
        const std::lock_guard<std::mutex> lock(mutex);
        messages.emplace_back(target);
        throw std::runtime_error("dropped");
    });

    kokoro::Config config;
    config.model("builtin").threads(1).chunk_symbols(40).max_requests(8);
    kokoro::Config moved = std::move(config);
    EXPECT(thrown([&] { config.threads(1); }) == KOKORO_NULL_POINTER);
    const kokoro::Synthesizer synthesizer = moved.build();
    EXPECT(thrown([&] { moved.build(); }) == KOKORO_NULL_POINTER);
    log.reset();
    const std::size_t before = messages.size();
    EXPECT(before > 0);

    kokoro::Request request("The bus stops.\nThe old bridge was destroyed by fire.\nThe cat sleeps.");
    request.seed(3).first_chunk_symbols(0);
    kokoro::Speech whole = synthesizer.speak(request);
    EXPECT(messages.size() == before);
    const std::vector<float> samples(whole.samples().begin(), whole.samples().end());

    // Streams, callbacks and whole speeches are the same samples.
    std::vector<float> streamed;
    for (kokoro::Speech &chunk : synthesizer.stream(request)) {
        const kokoro::Speech kept = std::move(chunk);
        streamed.insert(streamed.end(), kept.samples().begin(), kept.samples().end());
    }
    EXPECT(streamed == samples);
    std::vector<float> called;
    EXPECT(synthesizer.speak(request, [&](kokoro::SpeechView chunk) {
        called.insert(called.end(), chunk.samples().begin(), chunk.samples().end());
    }));
    EXPECT(called == samples);

    // A callback stops by false, or by an exception, which arrives.
    int calls = 0;
    EXPECT(!synthesizer.speak(request, [&](kokoro::SpeechView) { return ++calls < 2; }));
    EXPECT(calls == 2);
    bool arrived = false;
    try {
        synthesizer.speak(request, [](kokoro::SpeechView) { throw std::logic_error("mine"); });
    } catch (const std::logic_error &error) {
        arrived = std::string(error.what()) == "mine";
    }
    EXPECT(arrived);

    // A moved-from object owns nothing.
    const kokoro::Speech owner = std::move(whole);
    EXPECT(thrown([&] { whole.samples(); }) == KOKORO_NULL_POINTER);
    EXPECT(owner.samples().size() == samples.size() && owner.chunks().size() >= 3);
    EXPECT(thrown([&] { owner.phonemes(1000); }) == KOKORO_INVALID_ARGUMENT);
    EXPECT(!owner.phonemes().empty() && owner.unknown_symbols().empty() && owner.unspoken().empty());
    EXPECT(owner.words().value().size() == 13 && owner.durations().value().size() > 2);
    EXPECT(owner.stat(KOKORO_STAT_CHUNKS) == static_cast<double>(owner.chunks().size()));
    EXPECT(owner.wav().size() == 44 + 2 * samples.size() && owner.pcm16().size() == samples.size());
    EXPECT(owner.srt().value().find("-->") != std::string::npos);
    EXPECT(owner.webvtt().value().rfind("WEBVTT", 0) == 0);
    kokoro::Stream stream = synthesizer.stream(request);
    EXPECT(!stream.next().value().srt());
    EXPECT(stream.collect().is_last());
    EXPECT(!stream.next());

    const kokoro::CancelToken token;
    kokoro::Request cancelled("Nobody hears this.");
    cancelled.cancel_token(token);
    token.cancel();
    EXPECT(token.is_cancelled());
    EXPECT(thrown([&] { synthesizer.speak(cancelled); }) == KOKORO_CANCELLED);
    EXPECT(thrown([&] { kokoro::Request(std::string_view()).voice("a"); }) == std::nullopt);
    EXPECT(thrown([&] { synthesizer.speak(kokoro::Request(std::string_view())); }) == KOKORO_EMPTY_TEXT);
    EXPECT(synthesizer.phonemize(kokoro::Request::from_phonemes("həlˈO")) == "həlˈO");
    EXPECT(kokoro::phonemize("The old bridge.", "en-us") == "ði ˈOld bɹˈɪʤ.");
    EXPECT(synthesizer.voices().size() > 0 && synthesizer.voices()[0].name != nullptr);
    EXPECT(synthesizer.metrics().find("kokoro_requests_total") != std::string::npos);
    EXPECT(kokoro::doctor().find("\"healthy\"") != std::string::npos);
    EXPECT(thrown([] { kokoro::find_model("no such model"); }) == KOKORO_INVALID_CONFIG);

#if __cplusplus >= 202002L
    const std::span<const float> span = owner.samples();
    EXPECT(span.size() == samples.size());
    static_assert(std::ranges::contiguous_range<kokoro::Span<float>>);
#endif
    const kokoro::Synthesizer other = synthesizer.clone();
    EXPECT(other.shut_down(1));
    EXPECT(thrown([&] { synthesizer.speak(request); }) == KOKORO_SHUT_DOWN);
}

int main() {
    use();
    EXPECT(kokoro_handle_count() == 0);
    return EXIT_SUCCESS;
}
