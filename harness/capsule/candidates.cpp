#include "capsule/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>

#include "load/toml_writer.hpp"

namespace clusterspec {
namespace {

std::optional<std::int64_t> number_in(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Smaller than `number` and not below 1. One less only where that is no long way: nobody asks whether it is
// 70,000 bytes or 69,999.
std::vector<std::int64_t> below(std::int64_t number) {
  constexpr std::int64_t k_exact = 64;
  std::vector<std::int64_t> list;
  for (const std::int64_t it : {std::int64_t{1}, number / 4, number / 2, number - number / 4,
                                number <= k_exact ? number - 1 : number - number / 16})
    if (it >= 1 && it < number && (list.empty() || it > list.back())) list.push_back(it);
  return list;
}

// Half of a list and ever smaller pieces of it, down to one element: (begin, end).
std::vector<std::pair<std::size_t, std::size_t>> pieces(std::size_t size) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  for (std::size_t length = size; length > 0; length /= 2)
    for (std::size_t begin = 0; begin < size; begin += length)
      all.emplace_back(begin, std::min(begin + length, size));
  return all;
}

template <class T>
void erase(std::vector<T>& list, std::pair<std::size_t, std::size_t> piece) {
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(piece.first),
             list.begin() + static_cast<std::ptrdiff_t>(piece.second));
}

std::string range_text(const char* thing, std::pair<std::size_t, std::size_t> piece) {
  return piece.second - piece.first == 1
             ? fmt::format("without {} {}", thing, piece.first + 1)
             : fmt::format("without {}s {} to {}", thing, piece.first + 1, piece.second);
}

// What no expectation proves any more cannot be verified; the loader says so only if each names what it
// proves.
void narrow_verifies(Scenario& scenario) {
  std::set<RequirementId> proved;
  for (const Expectation& it : scenario.expectations) {
    if (it.verifies.empty()) return;
    proved.insert(it.verifies.begin(), it.verifies.end());
  }
  for (const Step& it : scenario.steps) proved.insert(it.verifies.begin(), it.verifies.end());
  std::erase_if(scenario.verifies, [&](const RequirementId& id) { return !proved.contains(id); });
}

// Every key of link, launch and steps, in an order that is the same each time: visit(member, what it is
// without).
template <class Visit>
void each_member(Scenario& scenario, Visit&& visit) {
  const auto all = [&]<class T>(T& it, const std::string& where) {
    T plain;
    // Two visits in step: the member's default is that of a new T.
    std::vector<const void*> defaults;
    const T& fixed = plain;
    T::describe(fixed,
                [&](const char*, const auto& member, Need, const char*) { defaults.push_back(&member); });
    std::size_t index = 0;
    T::describe(it, [&](const char* key, auto& member, Need need, const char*) {
      using Member = std::remove_reference_t<decltype(member)>;
      visit(member, *static_cast<const Member*>(defaults[index++]), need, where + key);
    });
  };
  all(scenario.link, "link: ");
  all(scenario.launch, "");
  for (std::size_t i = 0; i < scenario.steps.size(); ++i)
    std::visit([&](auto& step) { all(step, fmt::format("step {}: ", i + 1)); }, scenario.steps[i].action);
}

template <class Member>
inline constexpr bool k_is_list = false;
template <class T>
inline constexpr bool k_is_list<std::vector<T>> = true;

// The numbers of a member, each shown to `change`, which may write it.
using Change = std::function<void(std::int64_t& number)>;
template <class Member>
void numbers_of(Member& member, const Change& change) {
  if constexpr (std::is_same_v<Member, int> || std::is_same_v<Member, std::int64_t>) {
    std::int64_t number = member;
    change(number);
    member = static_cast<Member>(number);
  } else if constexpr (std::is_same_v<Member, std::optional<int>>) {
    if (member) numbers_of(*member, change);
  } else if constexpr (std::is_same_v<Member, std::vector<std::string>>) {
    for (std::string& text : member) {
      auto number = number_in(text);
      if (!number) continue;
      change(*number);
      text = std::to_string(*number);
    }
  }
}

void each_number(Scenario& scenario, const Change& change) {
  each_member(scenario,
              [&](auto& member, const auto&, Need, const std::string&) { numbers_of(member, change); });
}

void each_expected_number(Scenario& scenario, const Change& change) {
  for (Expectation& expectation : scenario.expectations)
    std::visit(
        [&](auto& it) {
          it.describe(it, [&](const char*, auto& member, Need, const char*) { numbers_of(member, change); });
        },
        expectation.subject);
}

}  // namespace

std::vector<Combination> smaller_combinations(const Combination& combination) {
  std::vector<Combination> all;
  for (const auto& [axis, value] : combination)
    if (const auto number = number_in(value))
      for (const std::int64_t smaller : below(*number)) {
        all.push_back(combination);
        all.back()[axis] = std::to_string(smaller);
      }
  return all;
}

std::vector<Candidate> fewer_expectations(const Scenario& scenario) {
  std::vector<Candidate> all;
  for (const auto& piece : pieces(scenario.expectations.size())) {
    all.push_back({range_text("expectation", piece), scenario});
    erase(all.back().scenario.expectations, piece);
    narrow_verifies(all.back().scenario);
  }
  return all;
}

std::vector<Candidate> fewer_steps(const Scenario& scenario) {
  std::vector<Candidate> all;
  for (const auto& piece : pieces(scenario.steps.size())) {
    all.push_back({range_text("step", piece), scenario});
    erase(all.back().scenario.steps, piece);
  }
  return all;
}

std::vector<Candidate> smaller_numbers(const Scenario& scenario) {
  std::vector<Candidate> all;
  Scenario looked_at = scenario;
  std::vector<std::int64_t> sites;
  each_number(looked_at, [&](std::int64_t& number) { sites.push_back(number); });
  const std::set<std::int64_t, std::greater<>> values(sites.begin(), sites.end());
  // As many as there are workers, one more with the launcher: both follow.
  for (const std::int64_t value : values)
    for (const std::int64_t smaller : below(value))
      for (const bool next_too : {true, false}) {
        Candidate candidate{fmt::format("{} instead of {}", smaller, value), scenario};
        const Change change = [&](std::int64_t& number) {
          if (number == value)
            number = smaller;
          else if (next_too && number == value + 1)
            number = smaller + 1;
        };
        each_number(candidate.scenario, change);
        each_expected_number(candidate.scenario, change);
        all.push_back(std::move(candidate));
      }
  for (std::size_t site = 0; site < sites.size(); ++site)
    for (const std::int64_t smaller : below(sites[site])) {
      Candidate candidate{fmt::format("{} instead of {} in one place", smaller, sites[site]), scenario};
      std::size_t at = 0;
      each_number(candidate.scenario, [&](std::int64_t& number) {
        if (at++ == site) number = smaller;
      });
      all.push_back(std::move(candidate));
    }
  return all;
}

std::vector<Candidate> no_delay(const Scenario& scenario) {
  std::vector<Candidate> all;
  Scenario looked_at = scenario;
  std::size_t members = 0;
  each_member(looked_at, [&]<class Member>(Member& member, const Member& plain, Need,
                                           const std::string& key) {
    const std::size_t mine = members++;
    if constexpr (std::is_same_v<Member, Duration>) {
      // A duration that is nothing unless it is given is a delay; one with a default is a deadline, and a
      // shorter deadline is no smaller case.
      if (plain != Duration::zero() || member == Duration::zero()) return;
      Candidate candidate{"no " + key, scenario};
      std::size_t at = 0;
      each_member(candidate.scenario, [&]<class Other>(Other& other, const Other&, Need, const std::string&) {
        if constexpr (std::is_same_v<Other, Duration>)
          if (at == mine) other = Duration::zero();
        ++at;
      });
      all.push_back(std::move(candidate));
    }
  });
  return all;
}

std::vector<Candidate> plainer(const Scenario& scenario) {
  std::vector<Candidate> all;
  Scenario looked_at = scenario;
  std::size_t members = 0;
  // Member by member: how many variants it has, then each of them in a copy.
  const auto variants = []<class Member>(const Member& member, const Member& plain,
                                         Need need) -> std::size_t {
    if constexpr (k_is_list<Member>)
      return pieces(member.size()).size();
    else if constexpr (std::is_same_v<Member, Duration> || std::is_same_v<Member, std::optional<Duration>> ||
                       std::is_same_v<Member, std::int64_t> || std::is_same_v<Member, int>)
      return 0;
    else
      return need == Need::optional && toml_text(member) != toml_text(plain) ? 1 : 0;
  };
  each_member(looked_at, [&](auto& member, const auto& plain, Need need, const std::string& key) {
    for (std::size_t variant = 0; variant < variants(member, plain, need); ++variant) {
      Candidate candidate{"less of " + key, scenario};
      std::size_t at = 0;
      each_member(candidate.scenario, [&](auto& other, const auto& usual, Need, const std::string&) {
        if (at++ != members) return;
        if constexpr (k_is_list<std::remove_reference_t<decltype(other)>>)
          erase(other, pieces(other.size())[variant]);
        else
          other = usual;
      });
      all.push_back(std::move(candidate));
    }
    ++members;
  });
  return all;
}

}  // namespace clusterspec
