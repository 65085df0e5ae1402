// The steps that change what a server finds around it. See steps.hpp.
#pragma once

#include "model/names.hpp"
#include "model/need.hpp"

namespace clusterspec {

// alone: without SO_REUSEPORT, so that nobody can join; shared: with it.
enum class Occupation { alone, shared };
template <>
struct Names<Occupation> {
  static constexpr std::array table{std::pair{Occupation::alone, "alone"},
                                    std::pair{Occupation::shared, "shared"}};
};

// A foreign program holds the port, listening, from here to the end of the case.
struct Occupy {
  Occupation how = Occupation::alone;
  bool other_user = false;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("occupy", self.how, Need::required, "alone: bound without SO_REUSEPORT; shared: with it");
    v("other-user", self.other_user, Need::optional,
      "the program is another user's; the case goes on if it is refused the port");
  }
};

// full: nobody reads it and it takes no more; closed: its reader has gone, so that writing fails with EPIPE,
// and SIGPIPE.
enum class OutputState { full, closed };
template <>
struct Names<OutputState> {
  static constexpr std::array table{std::pair{OutputState::full, "full"},
                                    std::pair{OutputState::closed, "closed"}};
};

// Of all processes of the server, from here to the end of the case.
struct SpoilOutput {
  OutputState state = OutputState::full;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("output", self.state, Need::required,
      "what its standard output is from here on: full, as nobody reads it; closed by its reader");
  }
};

enum class Substitute { nothing, copy, empty_file };
template <>
struct Names<Substitute> {
  static constexpr std::array table{std::pair{Substitute::nothing, "nothing"},
                                    std::pair{Substitute::copy, "copy"},
                                    std::pair{Substitute::empty_file, "empty-file"}};
};

// As in a deployment below a running server. A scenario with this step starts a copy of the executable.
struct Replace {
  Substitute by = Substitute::nothing;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("replace", self.by, Need::required,
      "what takes the place of the server's executable: nothing, copy (another file of that content), "
      "empty-file");
  }
};

// Children of a process that has ended before them are process 1's, which has to wait for them (wait(2)).
struct Orphan {
  int count = 1;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("orphan", self.count, Need::required,
      "so many processes in the server's pid namespace lose their parent, and end with an exit code of 7");
  }
};

}  // namespace clusterspec
