#include "reference_server/faulty/altered_arguments.hpp"

#include <algorithm>
#include <sstream>

namespace faulty_server {
namespace {

using reference_server::OptionId;
using reference_server::Token;
using reference_server::tokenize;
using reference_server::without_clustering;

bool is_clustering(const Token& token) {
  return token.kind == Token::Kind::option && token.option->id == OptionId::workers;
}

bool is_fault(const Token& token) {
  return token.kind == Token::Kind::option && token.option->long_name == "fault";
}

void append(Arguments& to, ArgumentsIn arguments, const Token& token) {
  for (std::size_t i = 0; i < token.count; ++i) to.push_back(arguments[token.first + i]);
}

}  // namespace

Arguments all_kept(ArgumentsIn arguments, TokensIn) { return {arguments.begin(), arguments.end()}; }

Arguments attached_short_kept(ArgumentsIn arguments, TokensIn tokens) {
  Arguments kept;
  for (const auto& token : tokens) {
    const bool attached_short = token.count == 1 && arguments[token.first].starts_with("-w");
    if (!is_clustering(token) || attached_short) append(kept, arguments, token);
  }
  return kept;
}

// The shift of the document's own delete_at loop: each removal but the first takes effect where the list has
// already moved. Here the argument after the second clustering one is lost.
Arguments one_too_many_stripped(ArgumentsIn arguments, TokensIn tokens) {
  const auto first = std::find_if(tokens.begin(), tokens.end(), is_clustering);
  const auto second = first == tokens.end() ? first : std::find_if(first + 1, tokens.end(), is_clustering);
  const auto* victim = second == tokens.end() || second + 1 == tokens.end() ? nullptr : &*(second + 1);
  Arguments kept;
  for (const auto& token : tokens) {
    if (is_clustering(token)) continue;
    if (&token == victim && !is_fault(token)) {
      // Its own value, if it has one, stays behind as an operand.
      if (token.count == 2) kept.push_back(arguments[token.first + 1]);
      continue;
    }
    append(kept, arguments, token);
  }
  return kept;
}

// Looks at each argument alone, not knowing which are values of other options or stand after "--".
Arguments values_stripped_too(ArgumentsIn arguments, TokensIn) {
  Arguments kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    if (argument == "-w" || argument == "--workers") {
      ++i;
    } else if (!argument.starts_with("-w") && !argument.starts_with("--workers=")) {
      kept.push_back(argument);
    }
  }
  return kept;
}

Arguments empty_ones_dropped(ArgumentsIn arguments, TokensIn tokens) {
  Arguments kept;
  for (const auto& token : tokens) {
    // An option whose value would vanish goes with it, else the next argument became its value.
    if (!is_clustering(token) && !arguments[token.first + token.count - 1].empty())
      append(kept, arguments, token);
  }
  return kept;
}

Arguments operands_reversed(ArgumentsIn arguments, TokensIn tokens) {
  // Operands and labels swap places among themselves, so that the line still means the same port and fault.
  const auto moves = [](const Token& token) {
    return token.kind == Token::Kind::operand ||
           (token.kind == Token::Kind::option && token.option->id == OptionId::label);
  };
  const auto separator = std::find_if(tokens.begin(), tokens.end(),
                                      [](const auto& token) { return token.kind == Token::Kind::separator; });
  std::vector<Token> order(tokens.begin(), tokens.end());
  const auto reverse_between = [&](std::size_t from, std::size_t to) {
    std::vector<std::size_t> places;
    for (std::size_t i = from; i < to; ++i) {
      if (moves(order[i])) places.push_back(i);
    }
    for (std::size_t i = 0; i < places.size() / 2; ++i) {
      std::swap(order[places[i]], order[places[places.size() - 1 - i]]);
    }
  };
  const auto middle = static_cast<std::size_t>(separator - tokens.begin());
  reverse_between(0, middle);
  reverse_between(middle, order.size());
  return without_clustering(arguments, order);
}

Arguments split_at_spaces(ArgumentsIn arguments, TokensIn tokens) {
  Arguments kept;
  for (const auto& argument : without_clustering(arguments, tokens)) {
    if (argument.find(' ') == std::string::npos) {
      kept.push_back(argument);
      continue;
    }
    std::istringstream words(argument);
    for (std::string word; words >> word;) kept.push_back(word);
  }
  return kept;
}

Arguments last_one_removed(ArgumentsIn arguments, TokensIn tokens) {
  const auto last = std::find_if(tokens.rbegin(), tokens.rend(), is_clustering);
  Arguments kept;
  for (const auto& token : tokens) {
    if (last == tokens.rend() || &token != &*last) append(kept, arguments, token);
  }
  return kept;
}

// What the document's own code does to other options. "--workers=7" behind "--" stays, so that nothing else
// is broken.
Arguments prefixed_ones_dropped(ArgumentsIn arguments, TokensIn tokens) {
  constexpr std::string_view k_long = "--workers";
  auto kept = without_clustering(arguments, tokens);
  std::erase_if(kept, [&](const std::string& argument) {
    return argument.starts_with(k_long) && argument.size() > k_long.size() && argument[k_long.size()] != '=';
  });
  return kept;
}

}  // namespace faulty_server
