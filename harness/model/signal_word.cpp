#include <fmt/format.h>

#include "model/steps.hpp"

namespace clusterspec {

Result<SignalWord> parse_signal_word(std::string_view text) {
  if (const auto purpose = from_name<Purpose>(text)) return SignalWord(*purpose);
  const auto signal = parse_signal(text);
  if (!signal)
    return failure(ErrorKind::file, signal.error().message,
                   fmt::format("what it is for: {}; {}", all_names<Purpose>(), signal.error().hint));
  return SignalWord(*signal);
}

std::string to_text(const SignalWord& word) {
  return word.purpose == Purpose::named ? to_text(word.named) : std::string(name_of(word.purpose));
}

std::optional<SignalToSend> meant(const SendSignal& step, const Dialect& dialect) {
  const Target launcher{Role::launcher, 0, step.to.instance};
  switch (step.signal.purpose) {
    case Purpose::named:
      return SignalToSend{step.signal.named, step.to};
    case Purpose::graceful:
      return SignalToSend{dialect.graceful_signal, dialect.graceful_target};
    case Purpose::fast:
      if (dialect.fast_signals.empty()) return std::nullopt;
      return SignalToSend{dialect.fast_signals.front(), launcher};
    case Purpose::reload:
      if (!dialect.reload_signal) return std::nullopt;
      return SignalToSend{*dialect.reload_signal, launcher};
  }
  return std::nullopt;
}

}  // namespace clusterspec
