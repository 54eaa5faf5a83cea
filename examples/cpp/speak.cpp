// Speaks from C++: whole, as a stream, and with a callback.
//
//   c++ -std=c++17 speak.cpp $(pkg-config --cflags --libs kokoro) -o speak

#include <cstdlib>
#include <iostream>
#include <string>

#include <kokoro.hpp>

int main() try {
    auto config = kokoro::Config::from_environment();
    if (std::getenv("KOKORO_MODEL") == nullptr) {
        config.model("builtin");
    }
    const kokoro::Synthesizer synthesizer = config.build();

    const std::string text = "The bus stops in front of the school. The old bridge was destroyed by fire.";
    kokoro::Request request(text);
    request.speed(1.1f).seed(1);

    const kokoro::Speech speech = synthesizer.speak(request);
    speech.write_wav("speech.wav");
    if (const auto words = speech.words()) {
        for (const kokoro_word &word : *words) {
            std::cout << word.start_seconds << " s: "
                      << text.substr(word.text.start, word.text.end - word.text.start) << '\n';
        }
    }

    std::size_t samples = 0;
    for (const kokoro::Speech &chunk : synthesizer.stream(request)) {
        samples += chunk.samples().size();
    }
    synthesizer.speak(request, [&](kokoro::SpeechView chunk) { samples += chunk.samples().size(); });
    std::cout << samples << " samples in chunks\n";

    try {
        synthesizer.speak(kokoro::Request(""));
    } catch (const kokoro::Error &error) {
        std::cout << error.name() << ": " << error.what() << '\n';
    }
    return EXIT_SUCCESS;
} catch (const kokoro::Error &error) {
    std::cerr << error.name() << ": " << error.what() << '\n';
    return EXIT_FAILURE;
}
