#include "claims.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace clusterspec::tests {

namespace {

// They say of what and when; with the value that is the subject they stand in every claim.
constexpr std::array<std::string_view, 5> k_of_what{"at", "of", "before", "p", "at-least"};

template <class Subject, class Visit>
void each_option(Subject& subject, Visit&& visit) {
  Subject::describe(subject, [&](std::string_view key, auto& member, Need need, const char*) {
    if (need == Need::optional && std::find(k_of_what.begin(), k_of_what.end(), key) == k_of_what.end())
      visit(key, member);
  });
}

// Gives `visit` the same member of a subject to which nothing was given.
template <class Subject, class Member, class Visit>
void with_default(std::string_view key, const Member&, Visit&& visit) {
  Subject none{};
  each_option(none, [&](std::string_view other, auto& member) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::remove_cvref_t<Member>>)
      if (other == key) visit(member);
  });
}

template <class Subject>
std::vector<Claim> claims(const Subject& subject) {
  std::string name;
  Subject described = subject;
  Subject::describe(described, [&](const char* key, auto&, Need, const char*) {
    if (name.empty()) name = key;
  });
  std::vector<Claim> found;
  each_option(described, [&](std::string_view key, auto& member) {
    bool given = false;
    with_default<Subject>(key, member, [&](const auto& none) { given = !(member == none); });
    if (!given) return;
    Subject alone = subject;
    each_option(alone, [&](std::string_view other, auto& its) {
      if (other != key) with_default<Subject>(other, its, [&](const auto& none) { its = none; });
    });
    found.push_back({name + " " + std::string(key), std::move(alone)});
  });
  if (found.empty()) found.push_back({name, subject});
  return found;
}

std::vector<Claim> claims(const ExpectServedBy& expect) {
  ExpectServedBy each = expect, others = expect;
  each.nobody_else = false;
  others.at_least = 0;
  std::vector<Claim> found{{"served-by processes", each}};
  if (expect.nobody_else) found.push_back({"served-by nobody-else", others});
  return found;
}

std::vector<Claim> claims(const ExpectOrder& expect) {
  std::vector<Claim> found;
  for (std::size_t i = 1; i < expect.moments.size(); ++i) {
    const Moment &first = expect.moments[i - 1], &second = expect.moments[i];
    found.push_back({"order: " + to_text(first) + ", " + to_text(second), ExpectOrder{{first, second}}});
  }
  return found;
}

}  // namespace

std::vector<Claim> claims_of(const ExpectationSubject& subject) {
  return std::visit([](const auto& expect) { return claims(expect); }, subject);
}

}  // namespace clusterspec::tests
