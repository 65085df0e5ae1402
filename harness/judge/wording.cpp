#include "judge/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/cluster.hpp"

namespace clusterspec {

std::string list(const std::vector<std::string>& items, std::size_t limit) {
  std::string text;
  const std::size_t shown = items.size() > limit ? limit : items.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  if (shown < items.size()) text += fmt::format(", … ({} in all)", items.size());
  return text;
}

std::string counted(long count, std::string_view noun) {
  if (count == 1) return fmt::format("1 {}", noun);
  if (noun.ends_with("s")) return fmt::format("{} {}es", count, noun);
  return fmt::format("{} {}s", count, noun);
}

std::string quoted(std::string_view bytes) { return "\"" + printable(bytes, 120) + "\""; }

std::string who(const Target& target) {
  const std::string of = target.instance == k_first_instance ? "" : " of " + printable(target.instance, 60);
  switch (target.role) {
    case Role::launcher:
      return "the launcher" + of;
    case Role::workers:
      return "each worker" + of;
    case Role::worker:
      return fmt::format("worker {}{}", target.ordinal, of);
    case Role::servers:
      return "each process that serves" + of;
    case Role::group:
    case Role::all:
      break;
  }
  return "launcher and workers" + of;
}

std::vector<int> few(std::vector<int> numbers) {
  constexpr std::size_t k_few = 8;
  std::erase_if(numbers, [](int number) { return number < 0; });
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.size() > k_few) numbers.resize(k_few);
  return numbers;
}

}  // namespace clusterspec
